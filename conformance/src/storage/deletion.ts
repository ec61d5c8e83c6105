import { equal } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, expectClosed, leaf, makeFeed, node, readText, record, recordsOf } from './fixtures.ts'
import { needs, storageCase } from './storage-case.ts'

/** Deleting feeds. */
export const deletionCases = [
  storageCase(
    'deletion.gone-for-all',
    'a deleted feed is gone for every reader, and the others are as they were',
    quote('Storage.deleteFeed', 'Deletes a feed: record, nodes, have pages').concat(
      quote(
        'FeedStorage',
        'After the store was closed, or the feed deleted, every member rejects with a {@link ClosedError}.'
      )
    ),
    async (world) => {
      const feed = await makeFeed(world.storage, 'a', ['one', 'two'], { id: bytes32('id') })
      await makeFeed(world.storage, 'b', ['three'])
      await world.storage.deleteFeed(bytes32('a'))
      await expectClosed(feed)
      const check = async (): Promise<void> => {
        equal(await world.storage.openFeed(bytes32('a')), undefined, 'openFeed')
        equal(await world.storage.findFeed(bytes32('id')), undefined, 'findFeed')
        const left = [record('b', { blocks: 1, complete: true, byteLength: 5 })]
        equal(await recordsOf(world.storage), left, 'the records')
        equal(await readText(present(await world.storage.openFeed(bytes32('b')), 'the other feed'), 0), 'three')
        await world.storage.deleteFeed(bytes32('a'))
      }
      await check()
      if (!world.persistent) return
      await world.reopen()
      await check()
    }
  ),
  storageCase(
    'deletion.of-a-new-feed',
    'a feed that was never committed ends with its deletion',
    quote('Storage.deleteFeed', 'Deletes a feed'),
    async ({ storage }) => {
      const feed = storage.createFeed(bytes32('a'))
      await storage.deleteFeed(bytes32('a'))
      await expectClosed(feed)
    }
  ),
  storageCase(
    'deletion.after-commits',
    'a deletion comes after the commits that were called before it',
    quote('FeedStorage', 'Commits of one feed take effect in the order of the calls'),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one'])
      const before = feed.commit({ nodes: [node(1)] })
      const deletions = [storage.deleteFeed(bytes32('a')), storage.deleteFeed(bytes32('a'))]
      await before
      await Promise.all(deletions)
      await expectClosed(feed)
      equal(await recordsOf(storage), [], 'the records')
    }
  ),
  storageCase(
    'deletion.spares-shared-blocks',
    'a deletion never takes a block that another feed commits meanwhile',
    quote('Storage.deleteFeed', 'each block that no other feed of the store holds'),
    async ({ storage }) => {
      const contents = Array.from({ length: 200 }, (_, index) => `block ${index}`)
      for (let round = 0; round < 4; round++) {
        await makeFeed(storage, `old ${round}`, contents)
        const taker = storage.createFeed(bytes32(`new ${round}`))
        const commits = contents.map((content, index) => {
          const one = block(index, content)
          return taker.commit({ record: record(`new ${round}`, { blocks: 200 }), nodes: [leaf(one)], blocks: [one] })
        })
        await Promise.all([...commits, storage.deleteFeed(bytes32(`old ${round}`))])
        for (const [index, content] of contents.entries())
          equal(await readText(taker, index), content, `block ${index}`)
        const dropping = storage.createFeed(bytes32(`dropping ${round}`))
        await dropping.commit({ record: record(`dropping ${round}`), blocks: contents.map((c, i) => block(i, c)) })
        await Promise.all([
          dropping.commit({ dropped: contents.map((_, index) => index) }),
          storage.deleteFeed(bytes32(`new ${round}`)),
          makeFeed(storage, `other ${round}`, contents)
        ])
        const other = present(await storage.openFeed(bytes32(`other ${round}`)), 'the feed that was made meanwhile')
        for (const [index, content] of contents.entries())
          equal(await readText(other, index), content, `block ${index}`)
        await storage.deleteFeed(bytes32(`other ${round}`))
        await storage.deleteFeed(bytes32(`dropping ${round}`))
      }
      equal(await recordsOf(storage), [], 'the records')
    }
  ),
  storageCase(
    'deletion.frees-space',
    'the space of deleted feeds is used again',
    quote('Storage.deleteFeed', 'The space can be used again.'),
    async ({ storage, options }) => {
      const size = present(options.size, 'size')
      const contents = (round: number) => Array.from({ length: 32 }, (_, i) => seededBytes(32_768, round * 100 + i))
      const sizes: number[] = []
      for (let round = 0; round < 6; round++) {
        await makeFeed(storage, `feed ${round}`, contents(round))
        sizes.push(await size(storage))
        await storage.deleteFeed(bytes32(`feed ${round}`))
      }
      ok((sizes[0] as number) >= 1024 * 1024, `a feed of 1 MiB takes only ${sizes[0]} bytes`)
      // What a medium tidies up later may be there for a while, but not that of every feed there ever was.
      ok((sizes[5] as number) < 4 * (sizes[0] as number), `it grew from ${sizes[0]} to ${sizes[5]} bytes`)
    },
    needs('size')
  )
]
