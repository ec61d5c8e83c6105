import { equal } from '../assert/equal.ts'
import { codeOf, rejects, throws } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, expectClosed, makeFeed, readText, record, recordsOf } from './fixtures.ts'
import { needs, storageCase, unlessPersistent } from './storage-case.ts'

/** Opening and closing a store. */
export const openingCases = [
  storageCase(
    'open.again',
    'opening an open store changes nothing',
    quote('Storage.open', 'calling it again is harmless'),
    async ({ storage }) => {
      await makeFeed(storage, 'a', ['x'])
      await storage.open()
      equal((await recordsOf(storage)).length, 1, 'the number of feeds')
    }
  ),
  storageCase(
    'open.before',
    'every member but supports rejects before the store is opened',
    quote('Storage.open', 'Called before anything else'),
    async (world) => {
      const storage = await world.create()
      await rejects(storage.openFeed(bytes32('a')), 'ERR_CLOSED', 'openFeed')
      await rejects(storage.findFeed(bytes32('a')), 'ERR_CLOSED', 'findFeed')
      await rejects(storage.deleteFeed(bytes32('a')), 'ERR_CLOSED', 'deleteFeed')
      await rejects(recordsOf(storage), 'ERR_CLOSED', 'feeds')
      throws(() => storage.createFeed(bytes32('a')), 'ERR_CLOSED', 'createFeed')
      equal(storage.supports, world.options.supports, 'supports')
      await storage.open()
      equal(await storage.openFeed(bytes32('b')), undefined, 'a feed that was never made')
    }
  ),
  storageCase(
    'open.locked',
    'a second opener is refused with a LockedError, and may open once the first has closed',
    quote(
      'Storage.open',
      'Rejects with a {@link LockedError} when another process has it open',
      'it may be called again'
    ),
    async (world) => {
      const rival = world.keep(await present(world.options.rival, 'rival')(world.storage))
      await makeFeed(world.storage, 'a', ['x'])
      const error = await rejects(rival.open(), 'ERR_LOCKED', 'open')
      ok((error as Error).cause !== undefined, 'the error lacks a cause')
      await world.storage.close()
      await rival.open()
      equal(await readText(present(await rival.openFeed(bytes32('a')), 'the feed'), 0), 'x', 'the block')
    },
    needs('rival')
  ),
  storageCase(
    'close.ends-everything',
    'every member rejects after close, and those of its feeds',
    quote('Storage', 'All members but `supports` reject with a {@link ClosedError} after `close`').concat(
      quote(
        'FeedStorage',
        'After the store was closed, or the feed deleted, every member rejects with a {@link ClosedError}.'
      )
    ),
    async ({ storage, options }) => {
      const feed = await makeFeed(storage, 'a', ['x'])
      await storage.close()
      await rejects(storage.open(), 'ERR_CLOSED', 'open')
      await rejects(recordsOf(storage), 'ERR_CLOSED', 'feeds')
      await rejects(storage.openFeed(bytes32('a')), 'ERR_CLOSED', 'openFeed')
      await rejects(storage.findFeed(bytes32('a')), 'ERR_CLOSED', 'findFeed')
      await rejects(storage.deleteFeed(bytes32('a')), 'ERR_CLOSED', 'deleteFeed')
      throws(() => storage.createFeed(bytes32('b')), 'ERR_CLOSED', 'createFeed')
      await expectClosed(feed)
      equal(storage.supports, options.supports, 'supports')
    }
  ),
  storageCase(
    'close.again',
    'close may be called again, and at once with itself',
    quote('Storage.close', 'Calling it again is harmless.'),
    async ({ storage }) => {
      await Promise.all([storage.close(), storage.close()])
      await storage.close()
    }
  ),
  storageCase(
    'close.waits-for-commits',
    'close waits for the commits under way, which are all kept',
    quote('Storage.close', 'Waits for commits under way and gives up all resources.'),
    async (world) => {
      const feed = world.storage.createFeed(bytes32('a'))
      const settled: string[] = []
      const commits = Array.from({ length: 5 }, (_, index) =>
        feed
          .commit({ record: record('a', { blocks: index + 1 }), blocks: [block(index, `block ${index}`)] })
          .then(() => settled.push('commit'))
      )
      await world.storage.close().then(() => settled.push('close'))
      await Promise.all(commits)
      equal(settled, ['commit', 'commit', 'commit', 'commit', 'commit', 'close'], 'what came first')
      if (!world.persistent) return
      await world.reopen()
      const found = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      equal(found.record?.blocks, 5, 'the record')
      equal(await readText(found, 4), 'block 4', 'the last block')
    }
  ),
  storageCase(
    'close.while-busy',
    'reads and listings under way when the store closes give what is true, or reject as closed',
    quote('Storage.close', 'Waits for commits under way and gives up all resources.'),
    async ({ storage }) => {
      const contents = Array.from({ length: 20 }, (_, index) => `block ${index}`)
      const feed = await makeFeed(storage, 'a', contents)
      const reads = contents.map((content, index) =>
        readText(feed, index).then(
          (text) => equal(text, content, 'a block read while closing'),
          (error) => equal(codeOf(error), 'ERR_CLOSED', 'the error of a read')
        )
      )
      const listing = recordsOf(storage).then(
        (records) => equal(records.length, 1, 'the number of feeds'),
        (error) => equal(codeOf(error), 'ERR_CLOSED', 'the error of a listing')
      )
      await storage.close()
      await Promise.all([...reads, listing])
    }
  ),
  storageCase(
    'open.finds-what-was-stored',
    'a store that was closed and opened anew has its feeds, the unfinished ones too',
    quote('StorageSupports.persistent', 'Whether its feeds are found again when it was closed and opened anew.'),
    async (world) => {
      await makeFeed(world.storage, 'a', ['one', ''], { id: bytes32('id') })
      await makeFeed(world.storage, 'b', ['two'], { complete: false })
      for (let time = 0; time < 2; time++) {
        await world.reopen()
        equal((await recordsOf(world.storage)).length, 2, 'the number of feeds')
        const a = present(await world.storage.findFeed(bytes32('id')), 'the finished feed')
        equal([await readText(a, 0), await readText(a, 1)], ['one', ''], 'its blocks')
        const b = present(await world.storage.openFeed(bytes32('b')), 'the unfinished feed')
        equal(await readText(b, 0), 'two', 'its block')
        equal(await b.getNodes([0]), [block(0, 'two').hash], 'its node')
      }
    },
    unlessPersistent
  )
]
