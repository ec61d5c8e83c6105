import { equal } from '../assert/equal.ts'
import { codeOf } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, makeFeed, readText, recordsOf } from './fixtures.ts'
import { needs, storageCase, unlessPersistent } from './storage-case.ts'

/** A medium that fails. */
export const failureCases = [
  storageCase(
    'failures.are-not-missing',
    'a read that fails rejects with a StorageError, and works again when the medium does',
    quote('FeedStorage', 'Missing is `undefined`; a failed read rejects with a {@link StorageError}'),
    async (world) => {
      const made = await makeFeed(world.storage, 'a', ['one'], { id: bytes32('id') })
      await made.commit({ have: [havePage(0, [0])] })
      // A store may well remember what it wrote: what it has to read is what was there before it was opened.
      if (world.persistent) await world.reopen()
      const feed = present(await world.storage.openFeed(bytes32('a')), 'the feed')
      const mend = present(world.options.failReads, 'failReads')(world.storage)
      let failures = 0
      // What a store has at hand it may well tell; only to be wrong is forbidden.
      const tell = async (what: string, promise: Promise<unknown>, truth: unknown) => {
        try {
          equal(await promise, truth, what)
        } catch (error) {
          if (codeOf(error) !== 'ERR_STORAGE') throw error
          failures++
        }
      }
      try {
        await tell('getBlock', readText(feed, 0), 'one')
        await tell('getNodes', feed.getNodes([0]), [block(0, 'one').hash])
        await tell('getHave', feed.getHave(), [havePage(0, [0])])
        await tell('findFeed', world.storage.findFeed(bytes32('id')), feed)
        const listed = recordsOf(world.storage).then((records) => records.length)
        await tell('feeds', listed, 1)
      } finally {
        mend()
      }
      ok(failures > 0, 'no read failed, although the medium cannot be read')
      equal(await readText(feed, 0), 'one', 'the block')
      equal(await feed.getNodes([0]), [block(0, 'one').hash], 'the node')
      equal(await feed.getHave(), [havePage(0, [0])], 'the have page')
    },
    needs('failReads')
  ),
  storageCase(
    'failures.rejected-commits-change-nothing',
    'a commit that the medium refuses leaves everything as it was, also for the next one',
    quote('FeedStorage.commit', 'A rejected commit has changed nothing that a read can see.'),
    async (world) => {
      for (let writes = 1; writes <= 6; writes++) {
        const { storage } = await present(world.options.crash, 'crash')(writes)
        world.keep(storage)
        let told = 0
        let text: string | undefined
        try {
          await storage.open()
          const feed = storage.createFeed(bytes32('a'))
          for (let round = 1; round <= 10; round++) {
            const one = block(0, `round ${round}`)
            const commit = feed.commit({
              record: { key: bytes32('a'), id: undefined, blocks: 1, complete: false, byteLength: round },
              nodes: [leaf(one)],
              blocks: [one]
            })
            await commit.then(
              () => {
                told = round
                text = `round ${round}`
              },
              () => {}
            )
            equal(feed.record?.byteLength ?? 0, told, 'the record')
            // The medium is dead, and may not even be read; what is read is what was acknowledged.
            const seen = await readText(feed, 0).catch(() => text)
            equal(seen, text, 'the block')
          }
        } catch (error) {
          if ((error as Error).name === 'ConformanceError') throw error
        }
        await storage.close().catch(() => {})
      }
    },
    needs('crash')
  ),
  storageCase(
    'failures.damage-is-never-returned',
    'a block that was damaged at rest is missing, or an error, and never wrong',
    quote('StorageSupports.checksums', 'Whether a block that was damaged at rest is never returned.'),
    async (world) => {
      const data = seededBytes(5000, 1)
      await makeFeed(world.storage, 'a', ['first', new Uint8Array(data), 'last'])
      await world.storage.close()
      await present(world.options.damage, 'damage')(world.storage, data)
      const next = await world.next(world.storage)
      await next.open()
      const feed = await next.openFeed(bytes32('a')).catch(() => undefined)
      // With the block, its medium may have given up what was written behind it.
      if (feed === undefined) return
      const read = await feed.getBlock(1).catch(() => undefined)
      if (next.supports.checksums) equal(read, undefined, 'a damaged block')
      else if (read === undefined) world.notice('it noticed a damaged block: supports.checksums may be true')
      equal([await readText(feed, 0), await readText(feed, 2)], ['first', 'last'], 'the other blocks')
    },
    (options) => unlessPersistent(options) ?? needs('damage')(options)
  )
]
