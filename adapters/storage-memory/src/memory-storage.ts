import {
  AbortedError,
  ClosedError,
  type FeedRecord,
  type FeedStorage,
  type Storage,
  type StorageSupports
} from '@anyfeed/interfaces'
import { BlockPool } from './block-pool.ts'
import { type ByteKey, byteKey } from './byte-key.ts'
import { MemoryFeed } from './memory-feed.ts'

/**
 * A store in plain maps and arrays, for tests, caches and feeds that need not outlive the process. It reads and writes
 * without waiting for anything; equal blocks take the space of one, in however many feeds they are.
 *
 * Blocks that come as parts of a larger buffer are kept there while they make half of it at least, and are copied out of
 * it otherwise. Beside what is kept, up to 4 MiB are held of buffers of which more blocks may come.
 *
 * @example
 * ```ts
 * const storage = memoryStorage()
 * await storage.open()
 * const feed = storage.createFeed(crypto.getRandomValues(new Uint8Array(32)))
 * ```
 */
export function memoryStorage(): Storage {
  return new MemoryStorage()
}

class MemoryStorage implements Storage {
  readonly supports: StorageSupports = { durability: 'memory', persistent: false, dedup: true, checksums: true }
  readonly #pool = new BlockPool()
  /** All feeds by key: those made but never committed too. */
  readonly #feeds = new Map<ByteKey, MemoryFeed>()
  readonly #ids = new Map<ByteKey, MemoryFeed>()
  #state: 'new' | 'open' | 'closed' = 'new'

  async open(): Promise<void> {
    if (this.#state === 'closed') throw new ClosedError('the store was closed')
    this.#state = 'open'
  }

  async *feeds({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord, void, undefined> {
    this.#assertOpen()
    for (const feed of [...this.#feeds.values()]) {
      if (signal?.aborted) throw new AbortedError('listing the feeds was aborted', { cause: signal.reason })
      this.#assertOpen()
      const record = feed.record
      if (record !== undefined && !feed.closed) yield record
    }
  }

  async openFeed(key: Uint8Array): Promise<FeedStorage | undefined> {
    this.#assertOpen()
    const feed = this.#feeds.get(byteKey(key))
    return feed?.record === undefined ? undefined : feed
  }

  async findFeed(id: Uint8Array): Promise<FeedStorage | undefined> {
    this.#assertOpen()
    return this.#ids.get(byteKey(id))
  }

  async findBlock(leaf: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    return this.#pool.get(leaf)
  }

  createFeed(key: Uint8Array): FeedStorage {
    this.#assertOpen()
    const name = byteKey(key)
    if (this.#feeds.has(name)) throw new RangeError('this key has a feed already')
    const feed = new MemoryFeed(key, this.#pool, this.#ids)
    this.#feeds.set(name, feed)
    return feed
  }

  async deleteFeed(key: Uint8Array): Promise<void> {
    this.#assertOpen()
    const name = byteKey(key)
    this.#feeds.get(name)?.close('the feed was deleted')
    this.#feeds.delete(name)
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    for (const feed of this.#feeds.values()) feed.close('the store was closed')
    this.#feeds.clear()
  }

  #assertOpen(): void {
    if (this.#state !== 'open') throw new ClosedError(`the store is ${this.#state === 'new' ? 'not open' : 'closed'}`)
  }
}
