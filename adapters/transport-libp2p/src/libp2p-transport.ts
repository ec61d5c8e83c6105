import type { Transport } from '@anyfeed/interfaces'
import { type Libp2pTransportOptions, settingsOf } from './options.ts'
import type { Libp2pNode } from './protocol.ts'
import { Libp2pTransport } from './transport.ts'

/**
 * Connections over a libp2p 3 node that is already there: one stream of `/anyfeed/1.0.0` each, over whatever transport,
 * encrypter and muxer the node has. Nothing of it needs Node.
 *
 * - **Addresses** are multiaddrs that end in `/p2p/<peer id>`, or that part alone, where the node knows or can find the
 *   rest. Whether the node can dial one is seen when it is dialled.
 * - **`listen`** takes an address of the node itself, such as `/p2p/<its id>`: the node listens already, so all that is
 *   done is to register the protocol. There is one listener a node; its `addresses` are those that the node has now,
 *   and `onAddresses` is called when they have changed. Another node's id rejects with `ERR_ADDRESS_UNREACHABLE`.
 * - **Identity**: `remoteIdentity` is the peer id that the encrypter proved. Connections over `@libp2p/plaintext`, which
 *   proves nothing, are refused with `ERR_CONNECTION_UNTRUSTED`.
 * - **`channelBinding`** is made of both ends' proven ids: the same for every connection of this pair, and for no other
 *   pair. libp2p hands out nothing that is one connection's own, such as the handshake hash of noise or the exporter of
 *   TLS. A proof made for the pair cannot be relayed to anyone else; that it is not an old one of the same pair has to
 *   come from what else is in it. In the joins of anyfeed that is a nonce of each end, fresh for each stream.
 * - **Ends and breaks**: a remote that runs this adapter ends a stream only when its sink has ended, however its node is
 *   stopped or its connection closed. Another js-libp2p peer whose connection is closed tells of an end that nobody
 *   meant, and no byte tells the two apart: that a feed is complete must come from the feed.
 * - **Memory**: `supports.maxBuffered` is `maxBuffered + 2 * maxStreamWindow`, and 3 MiB that wait at the sender.
 *
 * `close` unregisters the protocol and aborts the connections; the node goes on.
 *
 * Throws a `RangeError` for an option that is not a whole number above zero.
 *
 * @example
 * ```ts
 * const transport = libp2pTransport(node)
 * await transport.listen(`/p2p/${node.peerId}`, { onConnection: (connection) => connection.sink(connection.source) })
 * const connection = await transport.dial('/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…')
 * ```
 */
export function libp2pTransport(node: Libp2pNode, options: Libp2pTransportOptions = {}): Transport {
  return new Libp2pTransport(node, settingsOf(options))
}
