export { isLibp2pAddress } from './address.ts'
export { libp2pTransport } from './libp2p-transport.ts'
export type { Libp2pTransportOptions } from './options.ts'
export { type Libp2pNode, PROTOCOL } from './protocol.ts'
