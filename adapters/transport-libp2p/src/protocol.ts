import type { Libp2p } from '@libp2p/interface'

/** The protocol id under which feeds are spoken over libp2p: the bytes of a stream are those of any other connection. */
export const PROTOCOL = '/anyfeed/1.0.0'

/** What this adapter needs of a libp2p 3 node; any `Libp2p` has it. */
export type Libp2pNode = Pick<
  Libp2p,
  'peerId' | 'dial' | 'handle' | 'unhandle' | 'getMultiaddrs' | 'addEventListener' | 'removeEventListener'
>
