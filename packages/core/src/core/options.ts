import type { Clock, Durability, RandomBytes, Sha256, Storage } from '@anyfeed/interfaces'
import type { Authorize } from './authorize.ts'
import type { StorageWrapper } from './storage-wrapper.ts'

export interface CoreOptions {
  /** Where feeds are kept. */
  readonly storage: Storage
  /** Names this peer to others: 32 bytes, random by default. */
  readonly id?: Uint8Array | undefined
  /** The names of the extensions that streams offer; more can be added with `core.use`. */
  readonly extensions?: readonly string[] | undefined
  /** How durable an acknowledged append or download is; by default as durable as the store is without waiting for the medium. */
  readonly durability?: Durability | undefined
  /** Wraps each feed's storage, to keep some of it elsewhere. */
  readonly wrapStorage?: StorageWrapper | undefined
  /** Decides what may be traded with whom; everything with everyone who knows a feed's id by default. */
  readonly authorize?: Authorize | undefined
  /** Milliseconds that a peer's handshake may take; 10,000 by default. */
  readonly handshakeTimeout?: number | undefined
  /** Milliseconds of silence after which an idle link gets a keep-alive; 20,000 by default. */
  readonly keepAlive?: number | undefined
  /** Milliseconds that a peer of our kind may be silent; 60,000 by default. */
  readonly idleTimeout?: number | undefined
  /** Milliseconds without progress after which a block is asked of another peer; 20,000 by default. */
  readonly requestTimeout?: number | undefined
  /** By default the platform's: Node's own, or a browser's. */
  readonly clock?: Clock | undefined
  readonly random?: RandomBytes | undefined
  readonly sha256?: Sha256 | undefined
}

/** What comes in from outside: time, chance and hashes. */
export interface Platform {
  readonly clock: Clock
  readonly random: RandomBytes
  readonly sha256: Sha256
}

/** The times of a core, in milliseconds. */
export interface Timeouts {
  readonly handshakeTimeout: number
  readonly keepAlive: number
  readonly idleTimeout: number
  readonly requestTimeout: number
}

/** The options' times, or their defaults. Throws a `RangeError` for a time that is not a positive number. */
export function timeoutsOf({
  handshakeTimeout = 10_000,
  keepAlive = 20_000,
  idleTimeout = 60_000,
  requestTimeout = 20_000
}: CoreOptions): Timeouts {
  const timeouts = { handshakeTimeout, keepAlive, idleTimeout, requestTimeout }
  for (const [name, ms] of Object.entries(timeouts)) {
    if (typeof ms !== 'number' || !(ms > 0)) throw new RangeError(`${name} is a number of ms above 0`)
  }
  return timeouts
}

const ORDER: readonly Durability[] = ['memory', 'process', 'machine']

/** The durability that was asked for, or the store's own short of waiting for the medium. Throws a `RangeError`. */
export function durabilityOf({ durability, storage }: CoreOptions): Durability {
  const best = storage.supports.durability
  if (durability === undefined) return best === 'machine' ? 'process' : best
  const offered = ORDER.slice(0, ORDER.indexOf(best) + 1)
  if (!offered.includes(durability)) throw new RangeError(`durability is one of ${offered.join(', ')} with this store`)
  return durability
}
