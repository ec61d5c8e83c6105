import { type FeedStorage, HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { rejects } from '../assert/fails.ts'
import { present } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, makeFeed, node, readText, record, recordsOf } from './fixtures.ts'
import { storageCase } from './storage-case.ts'

/** What a commit changes, and what it leaves alone. */
export const commitCases = [
  storageCase(
    'commit.all-parts',
    'record, nodes, blocks and have pages of one commit are all there, the last of each too',
    quote('FeedChange', 'Everything in it becomes visible at once, or nothing does.').concat(
      quote('FeedStorage.getNodes', 'The hashes of tree nodes, in the order asked'),
      quote('FeedStorage.getHave', 'All stored have pages with at least one bit set, in ascending order.'),
      quote('FeedRecord.blocks', 'The number of blocks of the feed; 0 while it is not known.'),
      quote('FeedRecord.complete', 'Whether every block is here.'),
      quote('FeedRecord.byteLength', 'The sum of the lengths, in bytes, of the blocks that are here.'),
      quote('TreeNode.hash', 'The SHA-256 hash: 32 bytes, never all zero.'),
      quote('StoredBlock.index', "The block's place in the feed, from 0."),
      quote('StoredBlock.hash', "the block's content address. 32 bytes."),
      quote('HavePage.page', 'Page p tells of the blocks from p * {@link HAVE_PAGE_BLOCKS}.'),
      quote('HavePage.bits', 'block b of the page is bit `128 >> (b % 8)` of byte `b >> 3`')
    ),
    async (world) => {
      const feed = world.storage.createFeed(bytes32('a'))
      const blocks = [block(3, 'three'), block(0, ''), block(9000, 'far')]
      const kept = record('a', { id: bytes32('id'), blocks: 9001, byteLength: 8 })
      const hashes = blocks.map(({ hash }) => new Uint8Array(hash))
      await feed.commit({
        record: record('a', { id: bytes32('id'), blocks: 9001, byteLength: 8 }),
        nodes: [node(8191), ...blocks.map(leaf), node(1)],
        blocks,
        have: [havePage(1, [9000]), havePage(0, [0, 3])]
      })
      const check = async (found: FeedStorage): Promise<void> => {
        equal(found.record, kept, 'the record')
        equal(await readText(found, 3), 'three', 'the first block of the change')
        equal(await readText(found, 0), '', 'the empty block')
        equal(await readText(found, 9000), 'far', 'the last block of the change')
        equal(await found.getBlock(1), undefined, 'a block that was never given')
        equal(
          await found.getNodes([18000, 1, 3, 8191, 6, 1]),
          [hashes[2], bytes32('node 1'), undefined, bytes32('node 8191'), hashes[0], bytes32('node 1')],
          'the nodes'
        )
        equal(await found.getHave(), [havePage(0, [0, 3]), havePage(1, [9000])], 'the have pages')
      }
      await check(feed)
      if (!world.persistent) return
      await world.reopen()
      await check(present(await world.storage.openFeed(bytes32('a')), 'the feed'))
    }
  ),
  storageCase(
    'commit.large-batch',
    'a commit of many blocks has every one of them, up to the last',
    quote('FeedChange.blocks', 'Blocks to add, no index twice.').concat(
      quote('FeedChange.nodes', 'Tree nodes to add.')
    ),
    async (world) => {
      const contents = Array.from({ length: 1000 }, (_, index) => `block ${index} of many`)
      await makeFeed(world.storage, 'a', contents)
      if (world.persistent) await world.reopen()
      const feed = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      const texts = await Promise.all(contents.map((_, index) => readText(feed, index)))
      equal(texts, contents, 'the blocks')
      const hashes = await feed.getNodes(contents.map((_, index) => 2 * index))
      equal(
        hashes,
        contents.map((content, index) => block(index, content).hash),
        'the nodes'
      )
    }
  ),
  storageCase(
    'commit.block-sizes',
    'blocks from 0 bytes to 5 MiB come back as they were given',
    quote('StoredBlock.data', 'The bytes, 0 or more.'),
    async (world) => {
      const sizes = [0, 1, 31, 32, 33, 4095, 65_536, 65_537, 5 * 1024 * 1024]
      const contents = sizes.map((size) => new Uint8Array(size).map((_, i) => (i * 31 + size) & 255))
      await makeFeed(world.storage, 'a', contents)
      if (world.persistent) await world.reopen()
      const feed = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      for (const [index, content] of contents.entries()) equal(await feed.getBlock(index), content, `block ${index}`)
    }
  ),
  storageCase(
    'commit.neighbours',
    'each block and node is its own, and those beside it that are missing are missing',
    quote('FeedStorage.getBlock', 'The bytes of a block, or `undefined` when it is not here.').concat(
      quote('FeedStorage.getNodes', '`undefined` for each that is not here')
    ),
    async ({ storage }) => {
      const feed = storage.createFeed(bytes32('a'))
      const there = [1, 2, 10, 12, 255, 256, 257, 65_535]
      const blocks = there.map((index) => block(index, `block ${index}`))
      await feed.commit({ record: record('a', { blocks: 65_536 }), nodes: blocks.map(leaf), blocks })
      for (const index of there) equal(await readText(feed, index), `block ${index}`, `block ${index}`)
      for (const index of [0, 3, 9, 11, 13, 100, 254, 258, 2560, 65_534, 65_536]) {
        equal(await feed.getBlock(index), undefined, `block ${index}, which is not here`)
      }
      equal(await feed.getNodes([0, 2, 3, 6, 22]), [
        undefined,
        block(1, 'block 1').hash,
        undefined,
        undefined,
        undefined
      ])
    }
  ),
  storageCase(
    'commit.keeps-the-rest',
    'what a change does not mention stays, what it does is overwritten',
    quote('FeedChange.record', 'Absent: as it was.').concat(
      quote('FeedChange.nodes', 'A node that is there already is overwritten.'),
      quote('FeedChange.blocks', 'A block that is there already is overwritten.'),
      quote('FeedChange.have', 'Whole have pages that replace the stored ones.')
    ),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one', 'two'])
      const before = feed.record
      const hash = block(1, 'other').hash
      const other = block(1, 'other')
      await feed.commit({ nodes: [leaf(other), node(5)], blocks: [other], have: [havePage(0, [0])] })
      await feed.commit({ nodes: [node(5, 'newer')], have: [havePage(0, [1])] })
      equal(feed.record, before, 'the record')
      equal(await readText(feed, 0), 'one', 'the block that was not mentioned')
      equal(await readText(feed, 1), 'other', 'the block that was')
      equal(await feed.getNodes([2, 5]), [hash, bytes32('newer')], 'the nodes')
      equal(await feed.getHave(), [havePage(0, [1])], 'the have pages')
    }
  ),
  storageCase(
    'commit.drops-blocks',
    'dropped blocks are gone, their nodes stay, and they may come again',
    quote(
      'FeedChange.dropped',
      'Afterwards `getBlock` gives `undefined` for them; their tree nodes stay.',
      'Indexes that are not there are ignored.'
    ),
    async (world) => {
      const feed = await makeFeed(world.storage, 'a', ['one', 'two', 'three'])
      await feed.commit({ dropped: [1, 77], record: record('a', { blocks: 3 }), have: [havePage(0, [0, 2])] })
      const check = async (found: FeedStorage) => {
        equal(await found.getBlock(1), undefined, 'the dropped block')
        equal([await readText(found, 0), await readText(found, 2)], ['one', 'three'], 'the others')
        equal(await found.getNodes([2]), [block(1, 'two').hash], 'its node')
      }
      await check(feed)
      if (world.persistent) await world.reopen()
      const found = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      await check(found)
      const again = block(1, 'two')
      await found.commit({ blocks: [again], nodes: [leaf(again)] })
      equal(await readText(found, 1), 'two', 'the block that came again')
    }
  ),
  storageCase(
    'commit.have-pages',
    'only have pages with a bit set are given, in ascending order',
    quote('FeedStorage.getHave', 'All stored have pages with at least one bit set, in ascending order.'),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one'])
      const pages = async () => (await feed.getHave()).map(({ page }) => page)
      await feed.commit({ have: [havePage(300, [300 * HAVE_PAGE_BLOCKS + 9]), havePage(1, []), havePage(0, [0])] })
      equal(await pages(), [0, 300], 'the pages')
      await feed.commit({ have: [havePage(0, []), havePage(256, [256 * HAVE_PAGE_BLOCKS])] })
      equal(await pages(), [256, 300], 'the pages after one was emptied')
    }
  ),
  storageCase(
    'commit.large-indexes',
    'indexes go up to 2^53 - 1, and those beyond are refused with a RangeError',
    quote('TreeNode.index', 'The tree index, 0 to 2^53 - 1'),
    async ({ storage }) => {
      const indexes = [2 ** 53 - 1, 2 ** 53 - 2, 2 ** 52, 2 ** 52 - 1, 2 ** 33, 2 ** 32 - 1, 2 ** 31, 2 ** 31 - 1]
      const feed = await makeFeed(storage, 'a', ['one'])
      const far = block(2 ** 52 - 1, 'the last there can be')
      const hash = new Uint8Array(far.hash)
      await feed.commit({ nodes: indexes.map((index) => node(index)) })
      await feed.commit({ blocks: [far], nodes: [leaf(far)], have: [havePage(2 ** 39 - 1, [])] })
      equal(
        await feed.getNodes(indexes),
        indexes.map((index) => (index === 2 ** 53 - 2 ? hash : bytes32(`node ${index}`))),
        'the nodes'
      )
      equal(await readText(feed, 2 ** 52 - 1), 'the last there can be', 'the last block')
      equal(await feed.getNodes([2 ** 53 - 3, 2 ** 33 + 1]), [undefined, undefined], 'nodes that are not here')
      await rejects(feed.commit({ nodes: [node(2 ** 53)] }), RangeError, 'a commit beyond 2^53 - 1')
      await rejects(feed.commit({ nodes: [node(-1)] }), RangeError, 'a commit below 0')
    }
  ),
  storageCase(
    'commit.first-has-record',
    'the first commit brings the record, with the key of its feed; else it changes nothing',
    quote('FeedChange.record', 'The first commit of a feed must have it.'),
    async ({ storage }) => {
      const feed = storage.createFeed(bytes32('a'))
      await rejects(feed.commit({ nodes: [node(1)] }), TypeError, 'a first commit without a record')
      await rejects(feed.commit({ record: record('b') }), TypeError, "a commit with another feed's key")
      equal(feed.record, undefined, 'the record')
      equal(await feed.getNodes([1]), [undefined], 'the node')
      await feed.commit({ record: record('a') })
      equal(feed.record, record('a'), 'the record')
    }
  ),
  storageCase(
    'commit.id-taken',
    'an id that another feed has is refused, and nothing changes',
    quote(
      'FeedChange.record',
      'Setting an `id` that another feed of the store has rejects with a {@link StorageError}, and nothing changes.'
    ).concat(quote('FeedStorage.commit', 'A rejected commit has changed nothing that a read can see.')),
    async ({ storage }) => {
      const first = await makeFeed(storage, 'a', ['one'], { id: bytes32('id') })
      const second = await makeFeed(storage, 'b', ['two'])
      const before = second.record
      const change = () => ({
        record: record('b', { id: bytes32('id'), blocks: 1 }),
        nodes: [leaf(block(0, 'three')), node(1)],
        blocks: [block(0, 'three')],
        have: [havePage(0, [0])]
      })
      await rejects(second.commit(change()), 'ERR_STORAGE', 'the commit')
      equal(second.record, before, 'the record')
      equal(await readText(second, 0), 'two', 'the block')
      equal(await second.getNodes([0, 1]), [block(0, 'two').hash, undefined], 'the nodes')
      equal(await second.getHave(), [], 'the have pages')
      same(await storage.findFeed(bytes32('id')), first, 'the feed with the id')
      await storage.deleteFeed(bytes32('a'))
      await second.commit(change())
      same(await storage.findFeed(bytes32('id')), second, 'the feed with the id, once it was free')
    }
  ),
  storageCase(
    'commit.id-taken-by-one-of-many',
    'of many feeds that ask for one id at once, one gets it',
    quote('FeedRecord.id', 'At most one feed of a store has a given id.'),
    async ({ storage }) => {
      const names = ['a', 'b', 'c', 'd', 'e']
      const results = await Promise.allSettled(
        names.map((name) => storage.createFeed(bytes32(name)).commit({ record: record(name, { id: bytes32('id') }) }))
      )
      equal(results.filter(({ status }) => status === 'fulfilled').length, 1, 'the number of commits that were taken')
      equal((await recordsOf(storage)).length, 1, 'the number of feeds')
      equal((await storage.findFeed(bytes32('id')))?.record?.id, bytes32('id'), 'the id')
    }
  )
]
