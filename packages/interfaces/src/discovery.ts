/** What a discovery can do; the conformance suite holds it to this. */
export interface DiscoverySupports {
  /** Which addresses the medium can hold: any string, or only an IP address with a port. */
  readonly addresses: 'any' | 'ip-port'

  /** Whether a lookup goes on and tells of late comers, or ends when it has asked everyone. */
  readonly continuous: boolean
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
   * with a `TypeError` when the medium can hold none of the addresses, and with a `RangeError` for a topic that has not
   * 32 bytes. An announcer finds its own addresses too.
   */
  announce(topic: Uint8Array, addresses: readonly string[], options: { readonly signal: AbortSignal }): Promise<void>

  /**
   * Addresses for `topic`, each once. Ends when the signal fires, or the discovery is closed, without an error; throws
   * when it cannot look at all.
   */
  lookup(topic: Uint8Array, options: { readonly signal: AbortSignal }): AsyncIterable<Discovered>

  /** Withdraws everything and gives up all resources. Calling it again is harmless. */
  close(): Promise<void>
}
