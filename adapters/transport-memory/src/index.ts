export { createMemoryHub, type MemoryHub } from './hub.ts'
export { type MemoryTransportOptions, memoryTransport } from './transport.ts'
