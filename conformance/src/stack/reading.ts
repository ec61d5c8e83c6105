import type { Core } from '@anyfeed/core'
import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { codeOf, failure, rejects, throws } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { patterned } from '../bytes/seeded.ts'
import { hex } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { atRest } from '../wait/until.ts'
import { expectBlocks, freshBlocks, getText, HELLO_WORLD, readAll, share } from './fixtures.ts'
import { onlyPersistent, stackCase } from './stack-case.ts'
import { connect } from './world.ts'

/** Reading feeds, from here and from a peer. */
export const readingCases = [
  stackCase(
    'feed.get.by-id',
    'a feed is got by its id, as bytes or as hexadecimal digits, and gives each block',
    quote(
      'api',
      'Access a finalized feed by its id.',
      'Get a block from the the feed.',
      'If we were only interested in the second block of data we can access the low-level feed instead of a read stream',
      'Now to access it create a read stream with the same id'
    ),
    async (world) => {
      const core = await world.core()
      const { id } = await share(core, ['hello', 'world'])
      equal(await getText(core.get(HELLO_WORLD), 1), 'world', 'the second block')
      equal(await getText(core.get(id), 0), 'hello', 'the first block')
      equal((await readAll(core.get(HELLO_WORLD))).length, 2, 'the number of blocks')
    }
  ),
  stackCase(
    'feed.get.random-access',
    'any block is got before any other, and only those that were asked for are fetched',
    quote('api', 'Feeds give you more low-level access to the data stored through the following api.').concat(
      quote('Feed.get', 'Waits for a block that is not here until a peer has sent it')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(300)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      for (const index of [299, 0, 150, 7, 256]) equal(await feed.get(index), blocks[index], `block ${index}`)
      equal([feed.held, feed.has(299), feed.has(1)], [5, true, false], 'held, and has of two blocks')
    }
  ),
  stackCase(
    'feed.get.waits-for-missing-block',
    'a block that has not been downloaded yet is waited for, until a peer comes that has it',
    quote(
      'api',
      "If you .get a block index that hasn't been downloaded yet this method will wait for that block be downloaded before calling the callback.",
      'You do not have to call feed.ready before trying to .get a block.'
    ),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const { id } = await share(a.core, ['hello', 'world', 'again'])
      const waiting = getText(b.core.get(id), 2)
      let came = false
      waiting.then(() => {
        came = true
      })
      equal(await atRest(() => came), false, 'whether the block came while there was no peer')
      await connect(b, a)
      equal(await waiting, 'again', 'the block')
    }
  ),
  stackCase(
    'feed.get.out-of-bounds',
    'a block past the end is null, before the length is known and after',
    quote('Feed.get', '`null` past the end of the feed'),
    async (world) => {
      const [a, b] = await world.pair()
      const { id, feed: written } = await share(a.core, ['one', 'two'])
      equal([await written.get(2), await written.get(2 ** 53 - 1)], [null, null], 'past the end of a feed that is here')
      const feed = b.core.get(id)
      // Nothing else is asked for.
      equal(await Promise.all([feed.get(2), feed.get(2 ** 40)]), [null, null], 'past the end of a feed not known yet')
      equal(await feed.get(5), null, 'past the end of a feed that is known')
    }
  ),
  stackCase(
    'feed.get.empty-blocks',
    'blocks of 0 bytes come as such, from here and from a peer',
    quote('protocol', 'A feed is a list of blocks 0..n-1, each 0 or more bytes.'),
    async (world) => {
      const [a, b] = await world.pair()
      for (const blocks of [[''], ['', ''], ['', 'x', '', '']]) {
        const { id } = await share(a.core, blocks)
        const texts = await Promise.all(blocks.map((_, index) => getText(b.core.get(id), index)))
        equal(texts, blocks, 'the blocks')
      }
    }
  ),
  stackCase(
    'feed.get.own-copy',
    'each caller gets an array of its own, and may change it',
    quote('Feed.get', 'The bytes of a block, which belong to the caller'),
    async (world) => {
      const [a, b] = await world.pair()
      const { id } = await share(a.core, ['hello'])
      const feed = b.core.get(id)
      const [one, two] = await Promise.all([feed.get(0), feed.get(0)])
      present(one, 'the block').fill(0)
      present(two, 'the block').fill(1)
      equal(await getText(feed, 0), 'hello', 'the block')
      equal(await getText(a.core.get(id), 0), 'hello', 'the block at the peer')
    }
  ),
  stackCase(
    'feed.get.stops',
    'a wait ends at its signal, at its timeout, and with its handle, each with its own error',
    quote('WaitOptions', 'signal', 'timeout').concat(
      quote('Feed', 'After `close`, all calls reject with a `ClosedError`.')
    ),
    async (world) => {
      const core = await world.core()
      const feed = core.get(HELLO_WORLD)
      const other = core.get(HELLO_WORLD)
      const abort = new AbortController()
      const reason = new Error('enough')
      const aborted = failure(feed.get(0, { signal: abort.signal }))
      const closed = [
        failure(feed.get(0)),
        failure(feed.ready()),
        failure(readAll(feed)),
        failure(feed.download().done)
      ]
      const late = failure(feed.get(0, { timeout: 1 }))
      let ended = false
      const waiting = failure(other.get(0)).then((error) => {
        ended = true
        return error
      })
      abort.abort(reason)
      const error = (await aborted) as Error
      equal([codeOf(error), error.cause], ['ERR_ABORTED', reason], 'code and cause of what was aborted')
      equal(codeOf(await late), 'ERR_TIMEOUT', 'the code of what took too long')
      await feed.close()
      for (const each of closed) equal(codeOf(await each), 'ERR_CLOSED', 'the code of what waited on a closed handle')
      equal(await atRest(() => ended), false, 'whether the other handle stopped waiting')
      await other.close()
      equal(codeOf(await waiting), 'ERR_CLOSED', 'the code of the other one')
      const before = core.get(HELLO_WORLD).get(0, { signal: AbortSignal.abort() })
      await rejects(before, 'ERR_ABORTED', 'get with a signal that has fired')
    }
  ),
  stackCase(
    'feed.ready',
    'ready waits for the length, which comes with a first block and is not known before',
    quote(
      'api',
      'Call this method to wait for the feed to have enough metadata to populate its internal state.',
      'After the callback has been called feed.blocks is guaranteed to be populated.',
      'This method is just available for convenience.',
      'Property containing the number of blocks this feed has. This is only known after at least one block has been fetched.'
    ).concat(quote('protocol', 'The number of blocks follows from the last root')),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const { id } = await share(a.core, freshBlocks(50))
      const feed = b.core.get(id)
      await feed.open()
      equal(feed.blocks, 0, 'the number of blocks before any was fetched')
      const ready = feed.ready()
      await connect(b, a)
      await ready
      equal(feed.blocks, 50, 'the number of blocks')
      equal(await atRest(() => feed.held), 1, 'the number of blocks that were fetched to learn the length')
    }
  ),
  stackCase(
    'feed.has',
    'has tells whether a block was downloaded, once the feed has opened',
    quote(
      'api',
      'Boolean indicating wheather or not a block has been downloaded.',
      'Note that since this method is synchronous you have to wait for the feed to open before calling it.'
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const { id } = await share(a.core, ['hello', 'world'])
      const feed = b.core.get(id)
      throws(() => feed.has(0), 'ERR_FEED_NOT_OPEN', 'has before the feed has opened')
      await feed.open()
      equal(feed.has(0), false, 'has before the block was fetched')
      await feed.get(0)
      equal([feed.has(0), feed.has(1), feed.has(9)], [true, false, false], 'has after the block was fetched')
    }
  ),
  stackCase(
    'feed.read.whole',
    'a reader gets all blocks in their order, from here or from a peer',
    quote('api', 'Create a readable stream that reads from a the feed specified by id.').concat(
      quote('Feed.read', 'The blocks of a range in their order, waiting for those that are not here.')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(150)
      const { id, feed } = await share(a.core, blocks)
      await expectBlocks(feed, blocks)
      await expectBlocks(b.core.get(id), blocks)
    }
  ),
  stackCase(
    'feed.read.start-and-limit',
    'a reader may start anywhere and stop anywhere; by default it reads from the start to the end',
    quote('api', 'start: 0,', 'limit: Infinity', 'Optionally you can specify the following options:'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(40)
      const { id } = await share(a.core, blocks)
      for (const core of [b.core, a.core]) {
        const feed = core.get(id)
        equal(await readAll(feed, { start: 10, end: 13 }), blocks.slice(10, 13), 'a part')
        equal(await readAll(feed, { start: 37 }), blocks.slice(37), 'the end')
        equal(await readAll(feed, { end: 2 }), blocks.slice(0, 2), 'the start')
        equal(await readAll(feed, { start: 5, end: 5 }), [], 'nothing')
        equal(await readAll(feed, { start: 5, end: 2 }), [], 'less than nothing')
        equal(await readAll(feed, { start: 40 }), [], 'past the end')
        equal(await readAll(feed, { start: 38, end: 100 }), blocks.slice(38), 'beyond the end')
      }
    }
  ),
  stackCase(
    'feed.read.left-early',
    'a reader that leaves early has no more fetched, and the peer stays',
    quote('Feed.read', 'The blocks of a range in their order'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = largeBlocks(256)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      for await (const block of feed.read()) {
        equal(block, blocks[0], 'the first block')
        break
      }
      const held = await atRest(() => feed.held)
      ok(held <= 192, `${held} of 256 blocks were fetched for a reader that wanted one`)
      equal(b.swarm.peers.length, 1, 'the number of peers')
      equal(await feed.get(255), blocks[255], 'a block that is asked for later')
    }
  ),
  stackCase(
    'feed.read.back-pressure',
    'a reader that stops reading has only a little fetched ahead',
    quote('Feed.read', 'The blocks of a range in their order'),
    async (world) => {
      const [a, b] = await world.pair()
      const { id } = await share(a.core, largeBlocks(256))
      const feed = b.core.get(id)
      const reader = feed.read()
      for (let i = 0; i < 3; i++) await reader.next()
      const held = await atRest(() => feed.held)
      ok(held <= 192, `${held} of 256 blocks were fetched for a reader of three`)
      await reader.return()
    }
  ),
  stackCase(
    'feed.read.aborted',
    'a reader ends with an AbortedError when its signal fires',
    quote('WaitOptions', 'signal'),
    async (world) => {
      const core = await world.core()
      const abort = new AbortController()
      const reading = failure(readAll(core.get(HELLO_WORLD), { signal: abort.signal }))
      abort.abort()
      equal(codeOf(await reading), 'ERR_ABORTED', 'the code')
    }
  ),
  stackCase(
    'feed.large-blocks',
    'blocks of megabytes pass whole',
    quote('protocol', 'A feed is a list of blocks 0..n-1, each 0 or more bytes.'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = [1_048_576, 3_000_001, 65_537].map((size, i) => patterned(size, size + i))
      const { id } = await share(a.core, blocks)
      await expectBlocks(b.core.get(id), blocks)
    }
  ),
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
  ),
  stackCase(
    'feed.many',
    'many feeds are fetched from one peer at the same time, over one connection',
    quote('protocol', 'Each side numbers its own channels from 0, always the lowest free one').concat(
      quote('api', "This stream should be piped together with a remote peer's stream to the start replicating feeds.")
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const all = await Promise.all(
        Array.from({ length: 25 }, async (_, i) => {
          const blocks = freshBlocks(5 + i)
          return { blocks, ...(await share(a.core, blocks)) }
        })
      )
      await Promise.all(all.map(({ id, blocks }) => expectBlocks(b.core.get(id), blocks)))
      equal([b.swarm.peers.length, b.swarm.connections], [1, 1], 'peers and connections')
      equal(new Set(all.map(({ id }) => hex(id))).size, 25, 'the number of ids')
    }
  )
]

/** Blocks of 64 KiB: far more of them than a reader may have fetched ahead, which is bounded in bytes. */
function largeBlocks(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => patterned(65_536, index))
}

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
