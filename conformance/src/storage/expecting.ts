import type { FeedStorage, StoredBlock } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { seeded } from '../bytes/seeded.ts'
import { textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, leaf, makeFeed, readText } from './fixtures.ts'
import { hasMember, storageCase } from './storage-case.ts'

const changesNothing = quote('FeedStorage.expect', 'Changes nothing that can be seen')
const only = hasMember('expect')
const CONTENTS = ['one', 'two', 'three', 'four']

/** Telling a store which blocks are likely to come. */
export const expectingCases = [
  storageCase(
    'expect.changes-nothing',
    'blocks that are expected are not here before they are committed, and then they are',
    changesNothing.concat(quote('FeedStorage.expect', 'Blocks with these leaf hashes are likely to be committed soon')),
    async (world) => {
      const feed = await makeFeed(world.storage, 'a', ['one', 'two'])
      const next = [block(2, 'three'), block(3, 'one')]
      expect(feed, [])
      expect(feed, [...next, ...next, block(0, 'two'), block(9, 'never comes')])
      equal(await texts(feed), ['one', 'two', undefined, undefined, undefined], 'the blocks')
      if (world.storage.findBlock !== undefined) {
        equal(await world.storage.findBlock(block(0, 'three').hash), undefined, 'a block that is only expected')
      }
      await feed.commit({ blocks: next, nodes: next.map(leaf) })
      equal(await texts(feed), ['one', 'two', 'three', 'one', undefined], 'the blocks after the commit')
      if (!world.persistent) return
      await world.reopen()
      const again = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      equal(await texts(again), ['one', 'two', 'three', 'one', undefined], 'the blocks after a reopening')
    },
    only
  ),
  storageCase(
    'expect.others-change-it',
    'what is expected may come and go with other blocks and feeds before it is committed',
    changesNothing,
    async ({ storage }) => {
      const pick = seeded(11)
      const make = async (name: string) => ({
        name,
        feed: await makeFeed(storage, name, []),
        held: new Map<number, string>()
      })
      const feeds = [await make('a'), await make('b'), await make('c')]
      for (let round = 0; round < 120; round++) {
        const place = pick(feeds.length)
        const { name, feed, held } = feeds[place] as Awaited<ReturnType<typeof make>>
        const likely = CONTENTS.filter(() => pick(2) === 0)
        expect(
          feed,
          likely.map((content) => block(0, content))
        )
        const [index, what] = [pick(4), pick(8)]
        if (what === 0) {
          await storage.deleteFeed(bytes32(name))
          feeds[place] = await make(`${name}'`)
        } else if (what < 3) {
          await feed.commit({ dropped: [index] })
          held.delete(index)
        } else {
          const added = block(index, CONTENTS[pick(CONTENTS.length)] as string)
          await feed.commit({ blocks: [added], nodes: [leaf(added)] })
          held.set(index, textOf(added.data))
        }
        for (const { name, feed, held } of feeds) {
          const expected = [0, 1, 2, 3, 4].map((index) => held.get(index))
          equal(await texts(feed), expected, `the blocks of ${name} in round ${round}`)
        }
      }
    },
    only
  ),
  storageCase(
    'expect.never-throws',
    'to expect something of a deleted feed, a closed store, or one whose medium fails, is no error',
    quote('FeedStorage.expect', 'never throws: what goes wrong shows when they are committed'),
    async ({ storage, options }) => {
      const [gone, left] = [await makeFeed(storage, 'a', ['one']), await makeFeed(storage, 'b', ['two'])]
      const mend = options.failReads?.(storage)
      expect(left, [block(0, 'one'), block(1, 'three')])
      mend?.()
      const next = block(1, 'three')
      await left.commit({ blocks: [next], nodes: [leaf(next)] })
      equal(await readText(left, 1), 'three', 'the block')
      await storage.deleteFeed(bytes32('a'))
      expect(gone, [block(0, 'one')])
      await storage.close()
      expect(left, [block(0, 'two')])
    },
    only
  )
]

function expect(feed: FeedStorage, blocks: readonly StoredBlock[]): void {
  // Called as a member: it may well use its object.
  ok(feed.expect !== undefined, 'expect is not there')
  feed.expect(blocks.map(({ hash }) => hash))
}

/** The first five blocks. */
function texts(feed: FeedStorage): Promise<Array<string | undefined>> {
  return Promise.all([0, 1, 2, 3, 4].map((index) => readText(feed, index)))
}
