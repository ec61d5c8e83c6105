export { libp2pDiscovery } from './libp2p-discovery.ts'
export type { Libp2pDiscoveryOptions } from './options.ts'
export { ADDRESSES_PROTOCOL, type Libp2pNode } from './protocol.ts'
