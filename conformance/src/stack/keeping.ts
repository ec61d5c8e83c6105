import type { Core } from '@anyfeed/core'
import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { rejects } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { atRest } from '../wait/until.ts'
import { expectBlocks, freshBlocks, readAll, share } from './fixtures.ts'
import { onlyPersistent, stackCase } from './stack-case.ts'
import { connect } from './world.ts'

/** What of a feed is kept: parts of it, ranges that are downloaded, what is cleared or damaged. */
export const keepingCases = [
  stackCase(
    'feed.partial',
    'a feed of which only a part is here is kept as such: that part is read without peers, the rest is fetched later',
    quote('Core.get', 'whether it is here or not: what is missing comes from peers once it is asked for'),
    async (world) => {
      const a = await world.peer()
      const blocks = freshBlocks(60)
      const { id } = await share(a.core, blocks)
      const storage = await world.storage()
      const first = world.coreOver(storage)
      await replicating(first, a.core, async () => {
        await first.get(id).download({ start: 10, end: 30 }).done
      })
      const again = await world.reopen(first, storage)
      const feed = again.get(id)
      await feed.open()
      equal([feed.held, feed.blocks, feed.complete], [20, 60, false], 'held, blocks and complete')
      equal([feed.has(9), feed.has(10), feed.has(29), feed.has(30)], [false, true, true, false], 'what is here')
      equal(await readAll(feed, { start: 10, end: 30 }), blocks.slice(10, 30), 'the part that is here')
      await replicating(again, a.core, async () => expectBlocks(feed, blocks))
    },
    onlyPersistent
  ),
  stackCase(
    'feed.damaged-storage',
    'a block that is damaged in the store is never given, and is fetched again',
    quote(
      'Feed.get',
      'Rejects with a `BlockDamagedError` when what the store has is not the block: it is dropped, and the next call waits for a peer to send it again.'
    ),
    async (world) => {
      const damaged = new Set<number>()
      const [a, b] = await world.pair({}, { storage: (storage) => damaging(storage, damaged) })
      const blocks = freshBlocks(20)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      await feed.download().done
      damaged.add(7)
      const error = await rejects(feed.get(7), 'ERR_BLOCK_DAMAGED', 'get')
      equal((error as { block?: number }).block, 7, 'the block that the error names')
      equal(await feed.get(7), blocks[7], 'the block, fetched again')
      await expectBlocks(feed, blocks)
    }
  ),
  stackCase(
    'feed.download',
    'a range is downloaded in whatever order, tells of its progress, and is done when all of it is here',
    quote(
      'Feed.download',
      'Fetches a range of blocks from peers, in whatever order is quickest, until all of it is here.'
    ).concat(
      quote('api', "By getting a feed you'll start replicating this from other peers you are connected too as well.")
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(100)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      const part = feed.download({ start: 20, end: 70 })
      const progress: Array<readonly [number, number]> = []
      part.on('progress', (downloaded, total) => progress.push([downloaded, total]))
      await part.done
      equal([part.downloaded, part.total, feed.held], [50, 50, 50], 'downloaded, total and held')
      equal(progress.at(-1), [50, 50], 'the last progress')
      ok(
        progress.every(([now], i) => i === 0 || now > (progress[i - 1]?.[0] ?? 0)),
        'progress went backwards'
      )
      await feed.download().done
      equal([feed.held, feed.complete], [100, true], 'held and complete')
      equal(
        feed.byteLength,
        blocks.reduce((sum, { length }) => sum + length, 0),
        'byteLength'
      )
      await feed.download({ start: 5, end: 500 }).done
    }
  ),
  stackCase(
    'feed.download.aborted',
    'a download that is aborted has no more fetched',
    quote('Download.done', 'rejects when it was cancelled, the feed closed, or the store failed'),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const { id } = await share(a.core, freshBlocks(30))
      const feed = b.core.get(id)
      const abort = new AbortController()
      const download = feed.download({ signal: abort.signal })
      await feed.open()
      abort.abort()
      await rejects(download.done, 'ERR_ABORTED', 'the download')
      await connect(b, a)
      equal(await atRest(() => feed.held), 0, 'the number of blocks that were fetched')
    }
  ),
  stackCase(
    'feed.clear',
    'blocks that are cleared are gone, and come again when they are asked for',
    quote('Feed.clear', 'Drops blocks from the store, to save space or because they are to be fetched again.'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(30)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      await feed.download().done
      await feed.clear({ start: 5, end: 25 })
      equal([feed.held, feed.has(5), feed.has(4), feed.complete], [10, false, true, false], 'what is here')
      equal(await feed.get(5), blocks[5], 'a block that was cleared')
      await expectBlocks(feed, blocks)
    }
  )
]

/** Joins two cores for as long as something takes. */
async function replicating(a: Core, b: Core, meanwhile: () => Promise<void>): Promise<void> {
  const [one, two] = [a.replicate(), b.replicate()]
  const sinks = [one.sink(two.source), two.sink(one.source)]
  for (const sink of sinks) sink.catch(() => {})
  try {
    await meanwhile()
  } finally {
    one.destroy()
    two.destroy()
    await Promise.allSettled(sinks)
  }
}

/** A store that gives other bytes for some blocks, until they are written again. */
function damaging(storage: Storage, damaged: Set<number>): Storage {
  const wrapped = new Map<FeedStorage, FeedStorage>()
  const wrap = (feed: FeedStorage): FeedStorage => {
    const known = wrapped.get(feed)
    if (known !== undefined) return known
    const made: FeedStorage = {
      get record() {
        return feed.record
      },
      async commit(change, options) {
        await feed.commit(change, options)
        for (const { index } of change.blocks ?? []) damaged.delete(index)
      },
      async getBlock(index, options) {
        const data = await feed.getBlock(index, options)
        return data !== undefined && damaged.has(index) ? data.map((byte) => byte ^ 1) : data
      },
      getNodes: (indexes) => feed.getNodes(indexes),
      getHave: () => feed.getHave()
    }
    wrapped.set(feed, made)
    return made
  }
  return {
    supports: { ...storage.supports, checksums: false },
    open: () => storage.open(),
    close: () => storage.close(),
    feeds: (options) => storage.feeds(options),
    createFeed: (key) => wrap(storage.createFeed(key)),
    deleteFeed: (key) => storage.deleteFeed(key),
    async openFeed(key) {
      const feed = await storage.openFeed(key)
      return feed && wrap(feed)
    },
    async findFeed(id) {
      const feed = await storage.findFeed(id)
      return feed && wrap(feed)
    }
  }
}
