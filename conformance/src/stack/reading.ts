import { equal } from '../assert/equal.ts'
import { codeOf, failure } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { patterned } from '../bytes/seeded.ts'
import { quote } from '../suite/case.ts'
import { atRest } from '../wait/until.ts'
import { expectBlocks, freshBlocks, HELLO_WORLD, readAll, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'

/** Reading feeds from one block to another, from here and from a peer. */
export const readingCases = [
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
  )
]

/** Blocks of 64 KiB: far more of them than a reader may have fetched ahead, which is bounded in bytes. */
function largeBlocks(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => patterned(65_536, index))
}
