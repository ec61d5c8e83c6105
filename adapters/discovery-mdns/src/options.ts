import type { Clock } from '@anyfeed/interfaces'

export interface MdnsDiscoveryOptions {
  /**
   * The IPv4 address of the one interface to speak on, such as `127.0.0.1` to stay on this machine. Hosts of other
   * networks are then not heard. All interfaces are listened on, and the default one spoken on, unless told.
   */
  readonly interface?: string | undefined
  /** The local address of the socket: `0.0.0.0` unless told. Linux and macOS hear no multicast on any other. */
  readonly bind?: string | undefined
  /** UDP port: 5353, that of multicast DNS, unless told. Peers on different ports don't meet. */
  readonly port?: number | undefined
  /** How long others may keep what they hear, in seconds: 120 unless told. A peer that vanishes is gone after that. */
  readonly ttl?: number | undefined
  /** Packets sent in a second at most, of about 1,400 bytes each: 50 unless told. */
  readonly packetsPerSecond?: number | undefined
  /** How many addresses of one topic are kept, and told to one lookup: 256 unless told. One host may tell a quarter. */
  readonly maxAddresses?: number | undefined
  /** How many topics are looked up at once, and how many announced: 65,536 unless told. More are refused. */
  readonly maxTopics?: number | undefined
  /** Told once when multicast does not work here. `process.emitWarning` unless told. */
  readonly onWarning?: ((warning: Error) => void) | undefined
  /** The machine's clock unless told. */
  readonly clock?: Clock | undefined
}
