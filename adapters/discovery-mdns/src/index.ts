export { mdnsDiscovery } from './mdns-discovery.ts'
export type { MdnsDiscoveryOptions } from './options.ts'
