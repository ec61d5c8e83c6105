import type { Transport } from '@anyfeed/interfaces'
import { readOptions, type TcpTransportOptions } from './options.ts'
import { TcpTransport } from './transport.ts'

/**
 * Connections over TCP, and over TLS 1.3 when given a key and a certificate.
 *
 * Addresses are `/ip4/<address>/tcp/<port>`, `/ip6/…`, and `/dns/<name>/tcp/<port>`, `/dns4/…`, `/dns6/…`, which are
 * looked up. A listener on `0.0.0.0` or `::` lists one address for each interface of this machine.
 *
 * - Both directions end on their own (half-close). A break never looks like an end: an abort sends a RST, and a TLS
 *   stream that stops without `close_notify` is an error. Under plain TCP the kernel of a process that was killed sends
 *   an ordinary FIN if nothing was waiting to be read there, and no transport can tell that from an end.
 * - `closed` resolves when the socket is gone; what came in before can still be read.
 * - A silent peer is not noticed by itself: nothing is sent to find out.
 *
 * Throws a `RangeError` for options out of range, and what OpenSSL throws for a key or certificate it cannot read.
 *
 * @example
 * ```ts
 * const tcp = tcpTransport()
 * const listener = await tcp.listen('/ip4/127.0.0.1/tcp/0', { onConnection: (c) => c.sink(c.source) })
 * const connection = await tcp.dial(listener.addresses[0]!)
 * ```
 */
export function tcpTransport(options: TcpTransportOptions = {}): Transport {
  return new TcpTransport(readOptions(options))
}
