import type { Core } from '@anyfeed/core'
import type { Clock, Discovery, RandomBytes, Transport } from '@anyfeed/interfaces'

export interface SwarmOptions {
  /** Whose feeds are traded. The swarm does not close it. */
  readonly core: Core
  /** Those that come first are preferred. The swarm closes them. */
  readonly transports: readonly Transport[]
  /** Used side by side. The swarm closes them. */
  readonly discovery?: readonly Discovery[] | undefined
  /** Addresses to listen on from the start; see `swarm.open`. */
  readonly listen?: readonly string[] | undefined
  /** By default the core's. */
  readonly clock?: Clock | undefined
  /** By default the core's. */
  readonly random?: RandomBytes | undefined
  /** The most connections at a time; 128 by default. */
  readonly maxConnections?: number | undefined
  /** The most connections at a time that others dialled; three quarters of `maxConnections` by default. */
  readonly maxInbound?: number | undefined
  /** The most dials under way, up to the moment that the peer says who it is; 16 by default. */
  readonly maxPendingDials?: number | undefined
  /** The most dials begun in any second; 32 by default. */
  readonly maxDialsPerSecond?: number | undefined
  /** The most addresses remembered for a topic; 512 by default. */
  readonly maxAddressesPerTopic?: number | undefined
  /** Milliseconds that a transport may take to connect; 15,000 by default. */
  readonly dialTimeout?: number | undefined
  /** Milliseconds until an address that failed is dialled again, at most, doubled each time; 1,000 by default. */
  readonly firstBackOff?: number | undefined
  /** The most that becomes of it, in milliseconds; 300,000 by default. */
  readonly longestBackOff?: number | undefined
  /** Milliseconds between lookups of a topic, at most, once it was looked up a few times; 60,000 by default. */
  readonly lookupInterval?: number | undefined
  /** Milliseconds that anybody may take to say goodbye, be it a peer or a discovery; 5,000 by default. */
  readonly closeTimeout?: number | undefined
}

/** The numbers of a swarm. */
export type Limits = Required<
  Pick<
    { [K in keyof SwarmOptions]: number },
    | 'maxConnections'
    | 'maxInbound'
    | 'maxPendingDials'
    | 'maxDialsPerSecond'
    | 'maxAddressesPerTopic'
    | 'dialTimeout'
    | 'firstBackOff'
    | 'longestBackOff'
    | 'lookupInterval'
    | 'closeTimeout'
  >
>

/** The options' numbers, or their defaults. Throws a `RangeError` for what is no limit. */
export function limitsOf(options: SwarmOptions): Limits {
  const maxConnections = count(options, 'maxConnections', 128)
  return {
    maxConnections,
    maxInbound: count(options, 'maxInbound', Math.ceil((maxConnections * 3) / 4), 0),
    maxPendingDials: count(options, 'maxPendingDials', 16),
    maxDialsPerSecond: count(options, 'maxDialsPerSecond', 32),
    maxAddressesPerTopic: count(options, 'maxAddressesPerTopic', 512),
    dialTimeout: milliseconds(options, 'dialTimeout', 15_000),
    firstBackOff: milliseconds(options, 'firstBackOff', 1000),
    longestBackOff: milliseconds(options, 'longestBackOff', 300_000),
    lookupInterval: milliseconds(options, 'lookupInterval', 60_000),
    closeTimeout: milliseconds(options, 'closeTimeout', 5000)
  }
}

function count(options: SwarmOptions, name: keyof Limits, fallback: number, least = 1): number {
  const value = options[name] ?? fallback
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} must be a whole number from ${least}`)
  return value
}

function milliseconds(options: SwarmOptions, name: keyof Limits, fallback: number): number {
  const value = options[name] ?? fallback
  if (typeof value !== 'number' || !(value > 0) || value > 2 ** 31 - 1) {
    throw new RangeError(`${name} must be a positive number of milliseconds`)
  }
  return value
}
