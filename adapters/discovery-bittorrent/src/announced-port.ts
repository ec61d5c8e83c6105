import { parseAddress } from './address.ts'
import { reachOf } from './reach.ts'

/**
 * The port to announce: that of the first `/ip4/<address>/tcp/<port>`. The DHT takes the IP from the packet, so a listener
 * on a private network is announced, as its router may forward the port; one that only this machine reaches is not, unless
 * `allowPrivate`. Throws a `TypeError` when there is no such address, and so when there are only others with port 0.
 */
export function announcedPort(addresses: readonly string[], allowPrivate: boolean): number {
  for (const address of addresses) {
    const endpoint = parseAddress(address)
    if (endpoint === undefined || endpoint.port === 0) continue
    if (allowPrivate || reachOf(endpoint.host) !== 'loopback') return endpoint.port
  }
  throw new TypeError(
    `the DHT holds /ip4/<address>/tcp/<port> with a port that others reach; got ${addresses.join(', ') || 'none'}`
  )
}
