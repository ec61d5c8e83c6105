import type { Clock, Discovery } from '@anyfeed/interfaces'
import type { TopicKey } from './info-hash.ts'
import type { BittorrentState } from './state.ts'

export interface BittorrentDiscoveryOptions {
  /**
   * Where to meet the DHT: `host:port` of nodes, or `'public'` for the routers of the mainline DHT on the internet. None
   * unless told: the node then waits for others to find it, and knows those of `state`.
   */
  readonly bootstrap?: 'public' | readonly string[] | undefined
  /** What {@link BittorrentDiscovery.save} returned before a restart. */
  readonly state?: BittorrentState | undefined
  /** The local IPv4 address of the node's UDP socket: `0.0.0.0` unless told. */
  readonly host?: string | undefined
  /** The UDP port: any free one unless told. It has nothing to do with the ports that are announced. */
  readonly port?: number | undefined
  /** What a feed is announced under: `topic` unless told. Peers of 2016 are met under `id` and `both`. */
  readonly key?: TopicKey | undefined
  /**
   * Whether addresses of this machine and of private networks are announced and found. Only when the node itself is bound
   * to such an address, unless told: on the internet they are lies, or doors to somebody's router.
   */
  readonly allowPrivate?: boolean | undefined
  /** An announcement is renewed after three quarters to all of this time, in milliseconds: 15 minutes unless told. */
  readonly renewal?: number | undefined
  /**
   * How long this node keeps what others announce to it, in milliseconds, give or take a third: 30 minutes unless told,
   * which is what most nodes of the mainline DHT do.
   */
  readonly entryLifetime?: number | undefined
  /** Lookups and announcements started in a second at most, each being some 20 to 60 packets: 10 unless told. */
  readonly operationsPerSecond?: number | undefined
  /** How many of them run at once: 8 unless told. */
  readonly operationsAtOnce?: number | undefined
  /** How many addresses one lookup tells of: 256 unless told. One node of the DHT may tell a quarter. */
  readonly maxAddresses?: number | undefined
  /** Told once when announcing fails; it is tried again. `process.emitWarning` unless told. */
  readonly onWarning?: ((warning: Error) => void) | undefined
  /** The machine's clock unless told. The DHT's own upkeep, such as timeouts of single packets, goes by the machine's. */
  readonly clock?: Clock | undefined
}

export interface BittorrentDiscovery extends Discovery {
  /**
   * Starts the node, which the first lookup or announcement would do otherwise. Resolves with `host:port`, where other
   * nodes may bootstrap from. Rejects with a `ConnectionError` when it cannot listen there.
   */
  join(): Promise<string>

  /** What to give to `state` after a restart; `undefined` when the node has never started. Works after close, too. */
  save(): BittorrentState | undefined
}
