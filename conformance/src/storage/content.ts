import { equal } from '../assert/equal.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, expectClosed, leaf, makeFeed, readText, record } from './fixtures.ts'
import { storageCase } from './storage-case.ts'

const dedup = quote(
  'StorageSupports.dedup',
  'Whether equal blocks take the space of one, in however many feeds they are.'
)

/** Blocks that are equal. */
export const contentCases = [
  storageCase(
    'content.only-where-it-was-put',
    'a block that another feed has, or whose node is here, is here only once it was committed',
    quote('FeedStorage.getBlock', 'The bytes of a block, or `undefined` when it is not here.').concat(dedup),
    async ({ storage }) => {
      await makeFeed(storage, 'a', ['shared', 'own'])
      const other = storage.createFeed(bytes32('b'))
      await other.commit({
        record: record('b', { blocks: 2 }),
        nodes: [leaf(block(0, 'shared')), leaf(block(1, 'own'))]
      })
      equal(await other.getBlock(0), undefined, 'a block of which only the node was committed')
      const shared = block(0, 'shared')
      await other.commit({ blocks: [shared], nodes: [leaf(shared)] })
      equal(await readText(other, 0), 'shared', 'the block')
      equal(await other.getBlock(1), undefined, 'the other block')
    }
  ),
  storageCase(
    'content.last-holder',
    'a block stays until the last place of the last feed gives it up',
    quote('Storage.deleteFeed', 'each block that no other feed of the store holds').concat(dedup),
    async ({ storage }) => {
      const a = await makeFeed(storage, 'a', ['same', 'same', 'same'])
      const b = await makeFeed(storage, 'b', ['same'])
      await a.commit({ dropped: [0] })
      equal([await a.getBlock(0), await readText(a, 1)], [undefined, 'same'], 'the blocks after one was dropped')
      await storage.deleteFeed(bytes32('b'))
      await expectClosed(b)
      equal(await readText(a, 2), 'same', 'the block after the other feed was deleted')
      await a.commit({ dropped: [1] })
      equal(await readText(a, 2), 'same', 'the block in its last place')
      await a.commit({ dropped: [2] })
      const left = await Promise.all([0, 1, 2].map((index) => a.getBlock(index)))
      equal(left, [undefined, undefined, undefined], 'the blocks at the end')
    }
  ),
  storageCase(
    'content.changes-places',
    'a block may leave one place and come to another in one commit',
    quote('FeedChange', 'Everything in it becomes visible at once, or nothing does.'),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['moves', 'other'])
      const moved = block(5, 'moves')
      await feed.commit({ dropped: [0], blocks: [moved], nodes: [leaf(moved)] })
      equal([await feed.getBlock(0), await readText(feed, 5)], [undefined, 'moves'], 'the blocks')
      const [one, two] = [block(1, 'moves'), block(5, 'other')]
      await feed.commit({ blocks: [one, two], nodes: [leaf(one), leaf(two)] })
      equal([await readText(feed, 1), await readText(feed, 5)], ['moves', 'other'], 'the blocks that changed places')
    }
  )
]
