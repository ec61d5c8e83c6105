import type { Storage, StorageSupports } from '@anyfeed/interfaces'
import { assertFlags, assertOptions, type Flags, isBoolean, oneOf, type SuiteOptions } from '../suite/options.ts'

/** A store whose process dies in the middle of its work. */
export interface CrashingStorage {
  /** Not opened yet. Once the medium has taken as many writes as it was allowed, it takes no more. */
  readonly storage: Storage
  /** A store over what the medium was left with, not opened yet. */
  reopen(): Storage | Promise<Storage>
}

/** What the interfaces leave to the store: `Storage.findBlock`, `FeedStorage.getBlocks` and `FeedStorage.expect`. */
export type OptionalMember = 'findBlock' | 'getBlocks' | 'expect'

/** What the storage suite takes. */
export interface StorageSuiteOptions extends SuiteOptions {
  /** A new store in a place of its own, not opened yet. */
  readonly create: () => Storage | Promise<Storage>
  /** A new store over the place of one that was closed, not opened yet. Needed where the store is `persistent`. */
  readonly reopen?: ((closed: Storage) => Storage | Promise<Storage>) | undefined
  /** Called after each case, when all its stores are closed: removes their places. */
  readonly teardown?: (() => unknown) | undefined
  /** What the store says of itself: its own `supports`. */
  readonly supports: StorageSupports
  /** The optional members that the store has, to be tested: none unless told. */
  readonly optional?: readonly OptionalMember[] | undefined
  /** A second store over the place of one that is open, as another process would make it. */
  readonly rival?: ((open: Storage) => Storage | Promise<Storage>) | undefined
  /** A store whose medium dies after so many writes. */
  readonly crash?: ((writes: number) => CrashingStorage | Promise<CrashingStorage>) | undefined
  /** The bytes that an open store takes, give or take what its medium needs to tidy up. */
  readonly size?: ((storage: Storage) => number | Promise<number>) | undefined
  /** Changes a bit of each copy of these bytes at rest, behind the back of a store that is closed. */
  readonly damage?: ((closed: Storage, data: Uint8Array) => void | Promise<void>) | undefined
  /** Makes every read of the medium fail until the function it gives is called. */
  readonly failReads?: ((storage: Storage) => () => void) | undefined
}

export const STORAGE_FLAGS: Flags = {
  durability: oneOf('memory', 'process', 'machine'),
  persistent: isBoolean,
  dedup: isBoolean,
  checksums: isBoolean
}

/** Throws a `TypeError` for options that are none. */
export function assertStorageOptions(options: StorageSuiteOptions): void {
  assertOptions(
    options,
    ['create', 'supports'],
    ['reopen', 'teardown', 'optional', 'rival', 'crash', 'size', 'damage', 'failReads']
  )
  assertFlags(options.supports, STORAGE_FLAGS)
  if (options.supports.persistent && options.reopen === undefined) {
    throw new TypeError("a persistent store needs 'reopen', to show that it is")
  }
}
