import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { Feed } from '../feed/feed.ts'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { OpenedStorage } from '../feed/open-feed.ts'
import type { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { mergeInto } from './merge.ts'

/** The feeds in use, as far as it takes to finalize one. */
export interface FinalizingFeeds {
  readonly identified: ReadonlyMap<string, IdentifiedFeed>
  readonly unfinished: Map<string, UnfinishedFeed>
  readonly storage: Storage
  identify(id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>): IdentifiedFeed
  opened(storage: FeedStorage, id: Uint8Array): Promise<OpenedStorage>
  inTurn<T>(change: () => Promise<T>): Promise<T>
}

/**
 * Gives a written feed its id, or merges it into the feed that has this id already, and moves its handles over. Resolves
 * with `undefined` for a feed without blocks.
 */
export async function finalize(feeds: FinalizingFeeds, feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
  await feed.flush()
  return feeds.inTurn(async () => {
    const { key, storage, rehash, blocks, byteLength } = feed
    if (blocks === 0) return undefined
    const id = feed.nextId
    let isNew = false
    const identified = feeds.identify(id, key, async () => {
      const stored = await feeds.storage.findFeed(id)
      if (stored) return feeds.opened(stored, id)
      isNew = true
      // Whoever asks for the id meanwhile waits for this.
      const record = { key, id, blocks, complete: true, byteLength }
      await feed.commit(record)
      return { storage, rehash }
    })
    // Holds it in use until the handles are on it, whatever others do meanwhile.
    const hold = new Feed(identified)
    try {
      await identified.opening
      if (!isNew) {
        await mergeInto(identified, feed)
        await feeds.storage.deleteFeed(key)
      }
      feeds.unfinished.delete(toHex(key))
      for (const handle of feed.handles) handle.move(identified)
      feed.handles = []
    } finally {
      await hold.close()
    }
    identified.emit('finalize', copyBytes(id))
    return identified
  })
}
