export { memoryDiscovery } from './memory-discovery.ts'
export { createMemoryRendezvous, type MemoryRendezvous } from './rendezvous.ts'
