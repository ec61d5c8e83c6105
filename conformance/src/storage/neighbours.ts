import type { FeedStorage } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { codeOf, rejects } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, expectPlain, leaf, makeFeed } from './fixtures.ts'
import { hasMember, needs, storageCase } from './storage-case.ts'
import { whileCommitting } from './while-committing.ts'

const ALL = Number.MAX_SAFE_INTEGER
const asGetBlock = quote('FeedStorage.getBlocks', 'Each is what `getBlock` would have given.')

/** Reading neighbouring blocks at once. */
export const neighbourCases = [
  storageCase(
    'get-blocks.as-get-block',
    'neighbours that are read at once are what they are one by one, in their order, and missing where they are missing',
    asGetBlock.concat(
      quote('FeedStorage.getBlocks', 'Neighbouring blocks from `start` on', '`undefined` for each that is not here')
    ),
    async ({ storage }) => {
      const contents = Array.from({ length: 70 }, (_, i) => seededBytes((i * 37) % 300, i))
      // Blocks that are equal, and empty ones.
      const feed = await makeFeed(storage, 'a', [...contents, contents[3] as Uint8Array, new Uint8Array(0)])
      await makeFeed(storage, 'b', ['another'])
      const far = [2 ** 32 - 1, 2 ** 32 + 1].map((index) => block(index, `far off ${index}`))
      await feed.commit({ dropped: [0, 5, 6, 40, 71], blocks: far, nodes: far.map(leaf) })
      for (const [start, end] of [
        [0, 72],
        [0, 1],
        [5, 7],
        [17, 50],
        [60, 90],
        [100, 103],
        [2 ** 32 - 3, 2 ** 32 + 3]
      ] as const) {
        const read = await getBlocks(feed, start, end)
        equal(read.length, end - start, `the number of blocks from ${start} to ${end}`)
        for (const [i, data] of read.entries()) {
          equal(data, await feed.getBlock(start + i), `block ${start + i} of those from ${start} to ${end}`)
        }
      }
      equal(await getBlocks(feed, 7, 7), [], 'no blocks')
    },
    hasMember('getBlocks')
  ),
  storageCase(
    'get-blocks.bytes',
    'neighbours are read up to the bytes asked for, with the block that passes the mark, and one at least',
    quote(
      'FeedStorage.getBlocks',
      'up to `end`, exclusive, or until they have `bytes` bytes together, the block that passes the mark included',
      'At least one, where `start` is below `end`.'
    ),
    async ({ storage }) => {
      const sizes = [100, 200, 0, 300, 50, 0, 70_000, 10, 10, 200_000, 1, 1, ...new Array<number>(40).fill(1000)]
      const feed = await makeFeed(
        storage,
        'a',
        sizes.map((size, i) => seededBytes(size, i))
      )
      await feed.commit({ dropped: [7] })
      const held = sizes.map((size, i) => (i === 7 ? 0 : size))
      for (const start of [0, 2, 6, 7, 9, 12, 51]) {
        for (const bytes of [0, 1, 99, 100, 101, 300, 600, 1000, 5000, 70_000, 100_000, 300_000, ALL]) {
          let expected = 0
          for (let sum = 0; start + expected < held.length && (expected === 0 || sum < bytes); expected++) {
            sum += held[start + expected] as number
          }
          const read = await getBlocks(feed, start, held.length, bytes)
          equal(read.length, expected, `the number of blocks from ${start} on with ${bytes} bytes`)
        }
      }
    },
    hasMember('getBlocks')
  ),
  storageCase(
    'get-blocks.belong-to-reader',
    'whoever reads neighbours may change the arrays, and nobody else sees it; those read as shared keep their bytes',
    asGetBlock.concat(
      quote(
        'FeedStorage',
        'An array that was returned belongs to the caller, who may change it without any effect on what is stored.'
      )
    ),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one', 'two', 'three'])
      for (let time = 0; time < 3; time++) {
        const [read, other] = await Promise.all([getBlocks(feed, 0, 3), getBlocks(feed, 0, 3)])
        equal(texts(read), ['one', 'two', 'three'], 'the blocks')
        for (const data of read) {
          expectPlain(present(data, 'a block'), 'a block')
          data?.fill(1)
        }
        equal(texts(other), ['one', 'two', 'three'], "another reader's blocks")
      }
      const shared = await getBlocks(feed, 0, 3, ALL, true)
      const next = block(1, 'other')
      await feed.commit({ blocks: [next], nodes: [leaf(next)], dropped: [0] })
      equal(texts(shared), ['one', 'two', 'three'], 'the arrays that were read as shared')
      equal(texts(await getBlocks(feed, 0, 3, ALL, true)), [undefined, 'other', 'three'], 'the blocks after a commit')
      await storage.deleteFeed(bytes32('a'))
      equal(texts(shared), ['one', 'two', 'three'], 'the arrays after the feed was deleted')
    },
    hasMember('getBlocks')
  ),
  storageCase(
    'get-blocks.closed',
    'neighbours of a deleted feed or a closed store are refused',
    quote(
      'FeedStorage',
      'After the store was closed, or the feed deleted, every member rejects with a {@link ClosedError}.'
    ),
    async ({ storage }) => {
      const [gone, left] = [await makeFeed(storage, 'a', ['one', 'two']), await makeFeed(storage, 'b', ['one', 'two'])]
      await storage.deleteFeed(bytes32('a'))
      await rejects(getBlocks(gone, 0, 2), 'ERR_CLOSED', 'getBlocks of a deleted feed')
      equal(texts(await getBlocks(left, 0, 2)), ['one', 'two'], 'the blocks of the other feed')
      await storage.close()
      await rejects(getBlocks(left, 0, 2), 'ERR_CLOSED', 'getBlocks after close')
    },
    hasMember('getBlocks')
  ),
  storageCase(
    'get-blocks.while-committing',
    'neighbours that are overwritten while they are read are never missing, and no older than the last commit before',
    asGetBlock.concat(quote('FeedStorage', 'a read sees every commit that resolved before it was called')),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['0 of 0', '1 of 0', '2 of 0'])
      let [reads, resolved] = [0, 0]
      await whileCommitting(
        async (round) => {
          const blocks = [0, 1, 2].map((index) => block(index, `${index} of ${round}`))
          await feed.commit({ blocks, nodes: blocks.map(leaf) })
          resolved = round
        },
        async () => {
          const least = resolved
          for (const [index, text] of texts(await getBlocks(feed, 0, 3)).entries()) {
            const [place, round] = (text ?? 'nothing').split(' of ')
            ok(Number(place) === index && Number(round) >= least, `after round ${least} block ${index} was ${text}`)
          }
          reads++
        }
      )
      ok(reads > 0, 'nothing was read meanwhile')
    },
    hasMember('getBlocks')
  ),
  storageCase(
    'get-blocks.failures',
    'a read of neighbours that fails rejects with a StorageError, and works again when the medium does',
    quote('FeedStorage', 'Missing is `undefined`; a failed read rejects with a {@link StorageError}'),
    async (world) => {
      await makeFeed(world.storage, 'a', ['one', 'two'])
      if (world.persistent) await world.reopen()
      const feed = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      const mend = present(world.options.failReads, 'failReads')(world.storage)
      try {
        // What a store has at hand it may well tell; only to be wrong is forbidden.
        equal(texts(await getBlocks(feed, 0, 2)), ['one', 'two'], 'the blocks')
      } catch (error) {
        if (codeOf(error) !== 'ERR_STORAGE') throw error
      } finally {
        mend()
      }
      equal(texts(await getBlocks(feed, 0, 2)), ['one', 'two'], 'the blocks')
    },
    (options) => hasMember('getBlocks')(options) ?? needs('failReads')(options)
  )
]

function getBlocks(feed: FeedStorage, start: number, end: number, bytes = ALL, shared = false) {
  // Called as a member: it may well use its object.
  ok(feed.getBlocks !== undefined, 'getBlocks is not there')
  return feed.getBlocks(start, end, { bytes, shared })
}

function texts(blocks: ReadonlyArray<Uint8Array | undefined>): Array<string | undefined> {
  return blocks.map((data) => data && textOf(data))
}
