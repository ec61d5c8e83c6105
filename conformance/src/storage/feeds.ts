import { HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { codeOf, failure, rejects, throws } from '../assert/fails.ts'
import { present } from '../assert/ok.ts'
import { compareBytes } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, makeFeed, node, readText, record, recordsOf } from './fixtures.ts'
import { storageCase } from './storage-case.ts'

/** Making, finding and listing feeds. */
export const feedCases = [
  storageCase(
    'feeds.unknown',
    'a feed that was not made is not found',
    quote('Storage.openFeed', 'The feed with this key (32 bytes), or `undefined`').concat(
      quote('Storage.findFeed', 'The feed with this id (32 bytes), or `undefined`.'),
      quote('Storage.deleteFeed', 'An unknown key resolves.')
    ),
    async ({ storage }) => {
      equal(await storage.openFeed(bytes32('a')), undefined, 'openFeed')
      equal(await storage.findFeed(bytes32('a')), undefined, 'findFeed')
      equal(await recordsOf(storage), [], 'feeds')
      await storage.deleteFeed(bytes32('a'))
    }
  ),
  storageCase(
    'feeds.nothing-before-commit',
    'a feed that was made and never committed is not there',
    quote('Storage.createFeed', 'Nothing is written before its first commit.').concat(
      quote('FeedStorage.record', '`undefined` while nothing was committed')
    ),
    async (world) => {
      const feed = world.storage.createFeed(bytes32('a'))
      equal(feed.record, undefined, 'the record')
      equal(await feed.getBlock(0), undefined, 'a block')
      equal(await feed.getNodes([0, 1]), [undefined, undefined], 'nodes')
      equal(await feed.getHave(), [], 'have pages')
      equal(await world.storage.openFeed(bytes32('a')), undefined, 'openFeed')
      equal(await recordsOf(world.storage), [], 'feeds')
      if (!world.persistent) return
      await world.reopen()
      equal(await recordsOf(world.storage), [], 'feeds after reopening')
    }
  ),
  storageCase(
    'feeds.same-object',
    'a feed is the same object however it is asked for',
    quote('Storage.openFeed', 'Asked twice for an open feed, it gives the same object.').concat(
      quote('Storage.findFeed', "Gives the same object as `openFeed` for that feed's key.")
    ),
    async (world) => {
      const made = world.storage.createFeed(bytes32('a'))
      await made.commit({ record: record('a', { id: bytes32('id') }) })
      same(await world.storage.openFeed(bytes32('a')), made, 'openFeed')
      same(await world.storage.findFeed(bytes32('id')), made, 'findFeed')
      if (!world.persistent) return
      await world.reopen()
      const [one, two, three] = await Promise.all([
        world.storage.openFeed(bytes32('a')),
        world.storage.openFeed(bytes32('a')),
        world.storage.findFeed(bytes32('id'))
      ])
      same(two, present(one, 'the feed'), 'openFeed after reopening')
      same(three, one, 'findFeed after reopening')
    }
  ),
  storageCase(
    'feeds.listing',
    'a listing has the records of all feeds, the unfinished ones too',
    quote('Storage.feeds', 'The records of all feeds, the unfinished ones too, in no order.'),
    async (world) => {
      await makeFeed(world.storage, 'a', ['one', 'two'], { id: bytes32('id a') })
      await makeFeed(world.storage, 'b', ['three'], { complete: false })
      const expected = [
        record('a', { id: bytes32('id a'), blocks: 2, complete: true, byteLength: 6 }),
        record('b', { blocks: 1, byteLength: 5 })
      ].sort((a, b) => compareBytes(a.key, b.key))
      equal(await recordsOf(world.storage), expected, 'the records')
      if (!world.persistent) return
      await world.reopen()
      equal(await recordsOf(world.storage), expected, 'the records after reopening')
    }
  ),
  storageCase(
    'feeds.listing-while-writing',
    'a listing while feeds come and go has all that were there throughout, each once',
    quote('Storage.feeds', 'Feeds made or deleted meanwhile may be missed.'),
    async ({ storage }) => {
      for (let i = 0; i < 10; i++) await makeFeed(storage, `stays ${i}`, [`${i}`])
      await makeFeed(storage, 'goes', ['x'])
      const seen: string[] = []
      let round = 0
      for await (const { key } of storage.feeds()) {
        seen.push(key.join())
        if (round++ === 0) await storage.deleteFeed(bytes32('goes'))
        await makeFeed(storage, `comes ${round}`, ['new'])
        if (round > 100) break
      }
      equal(new Set(seen).size, seen.length, 'the number of different feeds in the listing')
      for (let i = 0; i < 10; i++) {
        equal(seen.includes(bytes32(`stays ${i}`).join()), true, `whether the listing has feed ${i}`)
      }
    }
  ),
  storageCase(
    'feeds.listing-aborted',
    'a listing ends with an AbortedError when its signal fires',
    quote('Storage.feeds', 'options?: { readonly signal?: AbortSignal }'),
    async ({ storage }) => {
      for (const name of ['a', 'b', 'c']) await makeFeed(storage, name, [name])
      const abort = new AbortController()
      let seen = 0
      const list = async (): Promise<void> => {
        for await (const _ of storage.feeds({ signal: abort.signal })) {
          seen++
          abort.abort('enough')
        }
      }
      const error = await failure(list(), 'the listing')
      equal([codeOf(error), (error as Error).cause], ['ERR_ABORTED', 'enough'], 'code and cause')
      equal(seen, 1, 'the number of feeds seen')
    }
  ),
  storageCase(
    'feeds.keys-alike',
    'feeds whose keys or ids differ in one byte, or begin alike, are kept apart',
    quote('Storage', 'A place that keeps feeds.').concat(quote('FeedRecord.key', "The store's handle for the feed")),
    async ({ storage }) => {
      // The last byte, the first, zeros that an encoding might trim, and bytes that a text encoding would change.
      const keys = [
        ...[0, 1, 254, 255].map((last) => new Uint8Array(32).fill(255, 0, 31).fill(last, 31)),
        new Uint8Array(32).fill(1, 0, 16),
        new Uint8Array(32).fill(1, 0, 15),
        new Uint8Array(32).fill(0x21, 0, 31),
        new Uint8Array(32).fill(0x21)
      ]
      const idOf = (key: Uint8Array) => key.map((byte) => byte ^ 255)
      for (const [place, key] of keys.entries()) {
        const one = block(0, `of ${place}`)
        await storage.createFeed(new Uint8Array(key)).commit({
          record: { ...record(''), key: new Uint8Array(key), id: idOf(key), blocks: 1 },
          nodes: [leaf(one), node(1, `${place}`)],
          blocks: [one],
          have: [havePage(place, [place * HAVE_PAGE_BLOCKS])]
        })
      }
      for (const gone of [1, 3, 5]) await storage.deleteFeed(keys[gone] as Uint8Array)
      for (const [place, key] of keys.entries()) {
        const feed = await storage.openFeed(key)
        same(await storage.findFeed(idOf(key)), feed, 'findFeed')
        if ([1, 3, 5].includes(place)) {
          equal(feed, undefined, 'a deleted feed')
          continue
        }
        const there = present(feed, `feed ${place}`)
        equal(await readText(there, 0), `of ${place}`, 'its block')
        equal(await there.getNodes([1]), [bytes32(`${place}`)], 'its node')
        const pages = await there.getHave()
        equal(
          pages.map(({ page }) => page),
          [place],
          'its have pages'
        )
      }
    }
  ),
  storageCase(
    'feeds.key-length',
    'a key or an id that has not 32 bytes is refused with a RangeError',
    quote('Storage.openFeed', 'key (32 bytes)').concat(quote('Storage.findFeed', 'id (32 bytes)')),
    async ({ storage }) => {
      for (const length of [0, 31, 33]) {
        const wrong = new Uint8Array(length)
        await rejects(storage.openFeed(wrong), RangeError, 'openFeed')
        await rejects(storage.findFeed(wrong), RangeError, 'findFeed')
        throws(() => storage.createFeed(wrong), RangeError, 'createFeed')
      }
    }
  )
]
