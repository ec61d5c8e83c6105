import type { Discovery } from '@anyfeed/interfaces'
import { Libp2pDiscovery } from './discovery.ts'
import { type Libp2pDiscoveryOptions, settingsOf } from './options.ts'
import type { Libp2pNode } from './protocol.ts'

/**
 * Finds addresses through the content routing of a libp2p 3 node that is already there, kad-dht for one.
 *
 * - A topic is announced as a content id, the one whose SHA-256 it is. The DHT holds who provides it and no more; each
 *   provider is then asked, over `/anyfeed/addresses/1.0.0`, under which addresses it serves the topic. So addresses of
 *   every transport are carried, byte for byte: at most 64 a topic, of at most 512 bytes of UTF-8.
 * - **announce** starts when there is a peer to tell, and is made again at the renewal interval, after failures, also
 *   those of everybody whom kad-dht asked to keep the record, and, while fewer than 20 peers are connected, whenever one
 *   comes. When the signal fires nothing is answered for the topic any more, so that nothing is found
 *   (`supports.forgetsAfter` is 0); the DHT's record stays with others until it runs out (48 hours) and leads to that
 *   answer.
 * - **lookup** goes on in rounds, with pauses that grow while nothing new comes. Peers that are gone, slow (5 seconds) or
 *   talk nonsense are passed over; what the node itself announces is not found.
 *
 * Only one discovery a node: the second one's `announce` rejects. It rejects, and a lookup throws, with a `TypeError`
 * for a topic that is not 32 bytes and for a node without content routing; with a `RangeError` for addresses beyond the
 * bounds. `close` ends announcements and lookups; the node goes on.
 *
 * Throws a `RangeError` for an interval that is not above zero.
 *
 * @example
 * ```ts
 * const discovery = libp2pDiscovery(node)
 * const stop = new AbortController()
 * const announced = discovery.announce(topic, listener.addresses, { signal: stop.signal })
 * for await (const { address } of discovery.lookup(topic, { signal: stop.signal })) console.log(address)
 * ```
 */
export function libp2pDiscovery(node: Libp2pNode, options: Libp2pDiscoveryOptions = {}): Discovery {
  return new Libp2pDiscovery(node, settingsOf(options))
}
