import type { SwarmPeer } from './swarm-peer.ts'

/** An address that is dialled. */
export interface Dial {
  readonly address: string
  /** The transport's name. */
  readonly transport: string
  /** The names of those who found it; `dial` for the user. */
  readonly discoveries: readonly string[]
}

export interface FailedDial extends Dial {
  /** Why: the transport's error, an `ERR_TIMEOUT`, or how the stream ended before the peer said who it is. */
  readonly error: Error
  /** How often in a row it failed. */
  readonly failures: number
  /** Milliseconds until it is tried again; `undefined`: it is not. */
  readonly retryMs: number | undefined
}

/** Something does not work; the rest goes on. */
export interface SwarmWarning {
  readonly during: 'announce' | 'lookup' | 'listen' | 'close' | 'event'
  /** The name of the discovery or transport, or the address, or the event whose listener threw. */
  readonly part: string
  readonly error: Error
}

/** What a swarm tells of itself. What a listener throws becomes a `warning`. */
export interface SwarmEvents {
  /** A peer is connected, and has said who it is. */
  peer: [peer: SwarmPeer]
  /**
   * A peer's connection is over; with an error unless it ended as it should. When the same peer stays connected another
   * way, a `peer` follows.
   */
  'peer-end': [peer: SwarmPeer, error: Error | undefined]
  /** An address was found for the first time for a feed. */
  found: [feed: Uint8Array, address: string, discovery: string]
  dial: [dial: Dial]
  'dial-failed': [dial: FailedDial]
  /** The swarm's own addresses have changed. */
  listening: [addresses: readonly string[]]
  /** Told once for each part, until it works again. */
  warning: [warning: SwarmWarning]
}
