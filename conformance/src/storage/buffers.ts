import { equal, same } from '../assert/equal.ts'
import { present } from '../assert/ok.ts'
import { textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, expectPlain, havePage, leaf, makeFeed, node, record, recordsOf } from './fixtures.ts'
import { storageCase } from './storage-case.ts'

const given = quote(
  'FeedStorage',
  'An array that was returned belongs to the caller, who may change it without any effect on what is stored.'
)

/** Who owns which array. */
export const bufferCases = [
  storageCase(
    'buffers.blocks-belong-to-reader',
    'whoever reads a block may change the array, and nobody else sees it',
    given,
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one'])
      for (let time = 0; time < 3; time++) {
        const [data, other] = await Promise.all([feed.getBlock(0), feed.getBlock(0)])
        const mine = present(data, 'the block')
        equal(textOf(mine), 'one', 'the block')
        expectPlain(mine, 'the block')
        mine.fill(1)
        equal(textOf(present(other, 'the block')), 'one', "another reader's block")
      }
    }
  ),
  storageCase(
    'buffers.shared-is-never-changed',
    'an array that was read as shared keeps its bytes, whatever becomes of the block',
    quote(
      'FeedStorage.getBlock',
      'With `shared`, the caller only reads the array: the store may return the one that it keeps, and never changes it.'
    ),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one', 'two'])
      const shared = present(await feed.getBlock(0, { shared: true }), 'the block')
      const other = block(0, 'other')
      await feed.commit({ blocks: [other], nodes: [leaf(other)], dropped: [1] })
      equal(textOf(shared), 'one', 'the array that was read before')
      equal(textOf(present(await feed.getBlock(0, { shared: true }), 'the block')), 'other', 'the block')
      await storage.deleteFeed(bytes32('a'))
      equal(textOf(shared), 'one', 'the array after the feed was deleted')
    }
  ),
  storageCase(
    'buffers.nodes-and-pages-belong-to-reader',
    'whoever reads nodes, have pages or records may change them, and nobody else sees it',
    given,
    async ({ storage }) => {
      const feed = storage.createFeed(bytes32('a'))
      const one = block(0, 'one')
      const kept = record('a', { id: bytes32('id'), blocks: 1 })
      await feed.commit({
        record: record('a', { id: bytes32('id'), blocks: 1 }),
        nodes: [leaf(one)],
        blocks: [one],
        have: [havePage(0, [0])]
      })
      for (let time = 0; time < 2; time++) {
        const found = present(await storage.openFeed(bytes32('a')), 'the feed')
        const [hash] = await found.getNodes([0])
        equal(hash, block(0, 'one').hash, 'the node')
        expectPlain(present(hash, 'the node'), 'the node')
        hash?.fill(1)
        const [page] = await found.getHave()
        equal(page, havePage(0, [0]), 'the have page')
        page?.bits.fill(1)
        equal(found.record, kept, 'the record')
        found.record?.key.fill(1)
        found.record?.id?.fill(1)
        const [listed] = await recordsOf(storage)
        equal(listed, kept, 'the listed record')
        listed?.key.fill(1)
        listed?.id?.fill(1)
      }
      same(await storage.findFeed(bytes32('id')), feed, 'the feed with the id')
    }
  ),
  storageCase(
    'buffers.views',
    'a block may be a view of a larger buffer, or of a subclass, and comes back plain',
    quote('FeedStorage', 'an array inside a change belongs to the store from the call on'),
    async (world) => {
      class Special extends Uint8Array {}
      const large = new Uint8Array(100_000).fill(7)
      const one = { ...block(0, large.slice(500, 600)), data: large.subarray(500, 600) }
      const two = { ...block(1, 'two'), data: Special.from(block(1, 'two').data) }
      const feed = world.storage.createFeed(bytes32('a'))
      await feed.commit({ record: record('a', { blocks: 2 }), nodes: [leaf(one), leaf(two)], blocks: [one, two] })
      if (world.persistent) await world.reopen()
      const found = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      for (const [index, expected] of [new Uint8Array(100).fill(7), block(1, 'two').data].entries()) {
        const data = present(await found.getBlock(index), 'the block')
        equal(data, expected, 'the block')
        expectPlain(data, 'the block')
      }
    }
  ),
  storageCase(
    'buffers.keys-are-copied',
    'a key or id that is changed after the call names the feed that it named',
    quote('Storage.createFeed', 'under a key never used before (32 bytes)'),
    async ({ storage }) => {
      const key = bytes32('a')
      const feed = storage.createFeed(key)
      key.fill(0)
      await feed.commit({ record: record('a', { id: bytes32('id') }), nodes: [node(1)] })
      const asked = [bytes32('a'), bytes32('id')] as const
      const found = [storage.openFeed(asked[0]), storage.findFeed(asked[1])]
      for (const each of asked) each.fill(0)
      same(await found[0], feed, 'openFeed')
      same(await found[1], feed, 'findFeed')
    }
  )
]
