import type { Buffer } from './platform.ts'

/** How a block store answers: once, with an error or with `null` or nothing. */
export type StoreCallback = (error?: Error | null) => void

/**
 * A store of the caller's own that takes a feed's blocks, such as a file. The database keeps the rest: what is there and
 * the hashes, against which everything that the store returns is checked.
 */
export interface BlockStore {
  /** Adds blocks behind those that were appended before. One call at a time. */
  append(blocks: Buffer[], callback: StoreCallback): void

  /** Reads a block. An error with `notFound` says that the block is not there, so that it is fetched again. */
  get(index: number, callback: (error?: Error | null, block?: Uint8Array | string | null) => void): void

  /** Writes a block at its place, 0 being the feed's first. Several calls may be under way. */
  put(index: number, block: Buffer, callback: StoreCallback): void

  /**
   * Called when a feed is opened that has blocks. Called back with `true` behind the error, all blocks count as lost and
   * are fetched again.
   */
  open?(callback: (error?: Error | null, lost?: boolean) => void): void

  /** Called when all blocks were appended, before the feed gets its id. */
  finalize?(callback: StoreCallback): void

  /** Called when the feed is closed. Nothing follows. */
  close?(callback: StoreCallback): void
}

/** A feed, as a function that makes its block store sees it. */
export interface StoredFeed {
  /** `null` while it is being written. */
  readonly id: Buffer | null
  readonly blocks: number
  readonly options: object
}

/** A block store, or a function that makes one for a feed when it is first needed. */
export type BlockStoreOption = BlockStore | ((feed: StoredFeed) => BlockStore)
