import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { Feed } from '../feed/feed.ts'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { FeedListener } from '../feed/open-feed.ts'
import type { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import type { FeedsInUse } from './feeds-in-use.ts'
import { mergeInto } from './merge.ts'

/** Gives a written feed its id and moves its handles over. Resolves with `undefined` for a feed without blocks. */
export async function finalize(feeds: FeedsInUse, feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
  // Held in use until the handles are on it, whatever others do meanwhile.
  const hold: FeedListener = { emit: () => false }
  let identified: IdentifiedFeed | undefined
  try {
    await feed.seal()
    identified = await feeds.inTurn(() => identifyWritten(feeds, feed, hold))
  } finally {
    if (identified === undefined) feed.unseal()
  }
  if (identified === undefined) return undefined
  feeds.unfinished.delete(toHex(feed.key))
  for (const handle of feed.handles) if (handle instanceof Feed) handle.move(identified)
  await feeds.letGo(identified, hold)
  identified.emit('finalize', copyBytes(identified.id))
  return identified
}

/** Gives a written feed its id, or merges it into the feed that has this id already. */
async function identifyWritten(
  feeds: FeedsInUse,
  feed: UnfinishedFeed,
  hold: FeedListener
): Promise<IdentifiedFeed | undefined> {
  const { key, storage, rehash, blocks, byteLength } = feed
  if (blocks === 0) return undefined
  const id = feed.nextId
  const stored = feeds.identified.has(toHex(id)) ? undefined : await feeds.stored(id)
  const existing = feeds.identified.get(toHex(id))
  const identified =
    existing ??
    feeds.identify(id, stored?.record?.key ?? key, async () => {
      if (stored !== undefined) return feeds.opened(stored, id)
      // Whoever asks for the id meanwhile waits for this.
      const record = { key, id, blocks, complete: true, byteLength }
      await storage.commit({ record }, { durability: feeds.context.durability })
      return { storage, rehash }
    })
  identified.addHandle(hold)
  try {
    await identified.opening
    if (existing !== undefined || stored !== undefined) {
      await mergeInto(identified, feed)
      await feeds.storage.deleteFeed(key)
    }
    return identified
  } catch (error) {
    await feeds.letGo(identified, hold)
    throw error
  }
}
