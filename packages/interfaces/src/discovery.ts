/** What a discovery can do; the conformance suite holds it to this. */
export interface DiscoverySupports {
  /**
   * Which addresses the medium can hold: any string of up to 512 bytes in UTF-8, 64 of them for a topic at least; or only
   * an IP address with a port.
   */
  readonly addresses: 'any' | 'ip-port'

  /** Whether a lookup goes on and tells of late comers, or ends when it has asked everyone. */
  readonly continuous: boolean

  /**
   * How long an address may still be found after its announcement was withdrawn, in milliseconds, where the medium works
   * as it should: 0 when nothing is found from then on.
   */
  readonly forgetsAfter: number

  /**
   * Whether it is to be given the feed's id beside the topic, to meet those who know no topics: peers of 2016 announce
   * the first 20 bytes of the id itself. What a medium is told, everyone may read who keeps it or listens to it: one that
   * tells it the whole id gives the feed away, and one that tells it a part lets those who know the id recognize it. So
   * this is off unless the user asked for it, and who is given no id announces nothing that an id could be told from.
   */
  readonly wantsId?: boolean
}

/** How something is announced or looked up. */
export interface DiscoveryOptions {
  /** Ends it. */
  readonly signal: AbortSignal

  /** The feed's id, of which `topic` is the hash; for those alone whose `supports.wantsId` is set. 32 bytes. */
  readonly id?: Uint8Array
}

/** An address that was found. A hint from strangers: it may be stale or a lie. */
export interface Discovered {
  /** An address, byte for byte as it was announced, for any transport. */
  readonly address: string

  /** The name of the discovery that found it, such as `mdns`. */
  readonly source: string
}

/**
 * Finds addresses for a topic: 32 bytes, a hash of the feed id and never the id itself.
 */
export interface Discovery {
  /** A short name for logs and counters, such as `mdns`. */
  readonly name: string

  readonly supports: DiscoverySupports

  /**
   * Keeps `addresses` findable under `topic` until the signal fires; then withdraws them.
   *
   * Resolves when it has withdrawn. Rejects when it cannot announce at all; passing failures are tried again. Rejects
   * with a `TypeError` when the medium can hold none of the addresses or the id that it wants is missing, with a
   * `RangeError` for a topic that has not 32 bytes, and with a {@link ClosedError} after `close`. An announcer finds its
   * own addresses too.
   */
  announce(topic: Uint8Array, addresses: readonly string[], options: DiscoveryOptions): Promise<void>

  /**
   * Addresses for `topic`, each once. Ends when the signal fires, or the discovery is closed, without an error, also while
   * `next` is waited for; ends for a reader that leaves. Throws when it cannot look at all, as `announce` does for a
   * topic or an id that will not do, and with a {@link ClosedError} after `close`: at once, or from the first `next`.
   */
  lookup(topic: Uint8Array, options: DiscoveryOptions): AsyncIterable<Discovered>

  /** Withdraws everything and gives up all resources. Calling it again is harmless. */
  close(): Promise<void>
}
