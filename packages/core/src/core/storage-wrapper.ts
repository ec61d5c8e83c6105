import type { FeedStorage } from '@anyfeed/interfaces'

/** The feed whose storage is wrapped. */
export interface WrappedFeed {
  /** Its id; `null` for one that is being written. */
  readonly id: Uint8Array | null
}

/**
 * Turns a feed's storage into another that keeps some of it elsewhere, such as its blocks in a file. What the wrapper
 * returns for a block is always hashed again.
 */
export type StorageWrapper = (storage: FeedStorage, feed: WrappedFeed) => FeedStorage | Promise<FeedStorage>
