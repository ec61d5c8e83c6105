/** How blocks travel: over libp2p (TCP, noise, yamux), or over plain TCP. */
export const TRANSPORTS = ['libp2p', 'tcp'] as const
export type TransportName = (typeof TRANSPORTS)[number]

/** How peers are found. */
export const DISCOVERIES = ['kad-dht', 'mdns', 'bittorrent'] as const
export type DiscoveryName = (typeof DISCOVERIES)[number]

/** What feeds go by in the BitTorrent DHT: peers of 2016 use the first 20 bytes of the id itself. */
export const BITTORRENT_KEYS = ['topic', 'id', 'both'] as const
export type BittorrentKey = (typeof BITTORRENT_KEYS)[number]

/** The DHT of anyfeed nodes. That of IPFS is joined by its name alone. */
export const OWN_DHT = '/anyfeed/kad/1.0.0'

/** What there is to say about a command's network. */
export interface NetworkOptions {
  readonly transport: TransportName
  /** Where to listen: `/ip4/<address>/tcp/<port>`; none: nowhere. */
  readonly listen: readonly string[]
  /** Whom to stay connected with: an address that ends in `/p2p/<id>` is libp2p's, others are plain TCP. */
  readonly peer: readonly string[]
  /** The nodes by which to enter the DHT. */
  readonly bootstrap: readonly string[]
  /** The DHT's protocol. */
  readonly dht: string
  readonly discovery: readonly DiscoveryName[]
  /** The one IPv4 address to look for peers from with mDNS and in the BitTorrent DHT. */
  readonly interface: string | undefined
  /** Nodes of the BitTorrent DHT: `host:port`, or `public`. */
  readonly router: readonly string[]
  readonly bittorrentKey: BittorrentKey
}
