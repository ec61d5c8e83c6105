export type { AttachedPort } from './port.ts'
export { type MessagePortTransport, type MessagePortTransportOptions, messagePortTransport } from './transport.ts'
