import { type ByteKey, byteKey } from './keys.ts'
import type { LevelFeed } from './level-feed.ts'

/**
 * The feeds in use, so that one feed is always the same object. Held weakly: a store may have more feeds than fit into
 * memory, and a feed that nobody has any more can be read anew.
 */
export class OpenFeeds {
  readonly #feeds = new Map<ByteKey, WeakRef<LevelFeed>>()
  readonly #collected = new FinalizationRegistry<ByteKey>((name) => {
    if (this.#feeds.get(name)?.deref() === undefined) this.#feeds.delete(name)
  })

  get(key: Uint8Array): LevelFeed | undefined {
    return this.#feeds.get(byteKey(key))?.deref()
  }

  add(feed: LevelFeed): void {
    const name = byteKey(feed.key)
    this.#feeds.set(name, new WeakRef(feed))
    this.#collected.register(feed, name)
  }

  delete(key: Uint8Array): void {
    this.#feeds.delete(byteKey(key))
  }
}
