import { systemClock } from '@anyfeed/adapter-kit'
import type { Clock } from '@anyfeed/interfaces'

export interface Libp2pDiscoveryOptions {
  /** What it is called where several discoveries are told apart, such as `kad-dht`. `libp2p` unless told. */
  readonly name?: string

  /**
   * Milliseconds after which an announcement is made again, to those who are nearest by then. 12 hours unless told; a
   * provider record of kad-dht holds for 48.
   */
  readonly renewInterval?: number

  /**
   * Milliseconds between the rounds of a lookup: the first pause, and the longest, to which each round without anything
   * new doubles it; every pause is up to half of it shorter. 1 second and 1 minute unless told.
   */
  readonly lookupInterval?: { readonly first: number; readonly longest: number }

  /** Milliseconds for one query of the content routing; what was found until then counts. 30 seconds unless told. */
  readonly queryTimeout?: number

  /** Where time comes from; the system's unless told. */
  readonly clock?: Clock
}

export type Settings = Required<Libp2pDiscoveryOptions>

const SECOND = 1000
const HOUR = 3600 * SECOND

/** With the defaults filled in. Throws a `RangeError` for a time that is not above zero, or too long for a timer. */
export function settingsOf(options: Libp2pDiscoveryOptions): Settings {
  const { first, longest } = options.lookupInterval ?? { first: SECOND, longest: 60 * SECOND }
  return {
    name: options.name ?? 'libp2p',
    renewInterval: time('renewInterval', options.renewInterval ?? 12 * HOUR),
    lookupInterval: { first: time('lookupInterval.first', first), longest: time('lookupInterval.longest', longest) },
    queryTimeout: time('queryTimeout', options.queryTimeout ?? 30 * SECOND),
    clock: options.clock ?? systemClock
  }
}

function time(name: string, value: number): number {
  if (value > 0 && value < 2 ** 31) return value
  throw new RangeError(`${name} must be a number of milliseconds from 1 to 2^31 - 1, not ${value}`)
}
