import type { Durability, FeedRecord, FeedStorage } from './feed-storage.ts'

/** What a store can do; the conformance suite holds it to this. */
export interface StorageSupports {
  /** The most durable kind of commit it offers. */
  readonly durability: Durability

  /** Whether its feeds are found again when it was closed and opened anew. */
  readonly persistent: boolean

  /** Whether equal blocks take the space of one, in however many feeds they are. */
  readonly dedup: boolean

  /** Whether a block that was damaged at rest is never returned. Where false, the core hashes what it reads. */
  readonly checksums: boolean
}

/**
 * A place that keeps feeds. One core uses a store at a time.
 *
 * All members but `supports` reject with a {@link ClosedError} after `close`, and all but `open` before `open` has
 * resolved; `createFeed`, which is synchronous, throws it.
 */
export interface Storage {
  readonly supports: StorageSupports

  /**
   * Opens the store. Called before anything else; calling it again is harmless.
   *
   * Rejects with a {@link LockedError} when another process has it open, or with a {@link StorageError}; then nothing
   * was changed, and it may be called again.
   */
  open(): Promise<void>

  /** The records of all feeds, the unfinished ones too, in no order. Feeds made or deleted meanwhile may be missed. */
  feeds(options?: { readonly signal?: AbortSignal }): AsyncIterable<FeedRecord>

  /**
   * The feed with this key (32 bytes), or `undefined`; also for one that was made and never committed. Asked twice for an
   * open feed, it gives the same object. A key of another length is a `RangeError`, here and below.
   */
  openFeed(key: Uint8Array): Promise<FeedStorage | undefined>

  /** The feed with this id (32 bytes), or `undefined`. Gives the same object as `openFeed` for that feed's key. */
  findFeed(id: Uint8Array): Promise<FeedStorage | undefined>

  /**
   * The bytes of a block whose leaf has this hash (32 bytes), if any feed of the store holds one; the caller only reads
   * them, and hashes them before it believes it. Optional: for stores that find their content by its hash anyway.
   */
  findBlock?(leaf: Uint8Array): Promise<Uint8Array | undefined>

  /** A feed that does not exist yet, under a key never used before (32 bytes). Nothing is written before its first commit. */
  createFeed(key: Uint8Array): FeedStorage

  /**
   * Deletes a feed: record, nodes, have pages, and each block that no other feed of the store holds. The space can be
   * used again. A crash meanwhile leaves the feed either as it was or deleted for every reader; what was left over is
   * given back at the next open. An unknown key resolves.
   */
  deleteFeed(key: Uint8Array): Promise<void>

  /** Waits for commits under way and gives up all resources. Calling it again is harmless. */
  close(): Promise<void>
}
