import type { Libp2p } from '@libp2p/interface'

/** Asks a peer under which addresses it serves a topic: 32 bytes there, {@link encodeAddresses} back. */
export const ADDRESSES_PROTOCOL = '/anyfeed/addresses/1.0.0'

/** Milliseconds for one question and its answer, connecting included; either end gives up after it. */
export const ANSWER_TIMEOUT = 5000

/** What this adapter needs of a libp2p 3 node, which has a content router such as kad-dht; any `Libp2p` has it. */
export type Libp2pNode = Pick<
  Libp2p,
  'peerId' | 'dial' | 'handle' | 'unhandle' | 'getPeers' | 'contentRouting' | 'addEventListener' | 'removeEventListener'
>
