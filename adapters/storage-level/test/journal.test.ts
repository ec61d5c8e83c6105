import { createHash } from 'node:crypto'
import type { Durability, FeedStorage, Storage, StoredBlock } from '@anyfeed/interfaces'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'
import { checkpointKey, isData, isJournal } from '../src/keys.ts'
import { FailingLevelDB } from './failing-level.ts'
import { BINARY, copyInto, listAll, readStored } from './stored.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)

function block(index: number, text: string): StoredBlock {
  const data = new Uint8Array(Buffer.from(text))
  return { index, data, hash: new Uint8Array(createHash('sha256').update(text).digest()) }
}

describe('on LevelDB', () => {
  let db: FailingLevelDB
  let storage: Storage

  beforeEach(async () => {
    db = new FailingLevelDB()
    storage = levelStorage(db)
    await storage.open()
  })
  afterEach(() => storage.close())

  async function add(key: Uint8Array, blocks: StoredBlock[]): Promise<FeedStorage> {
    const feed = storage.createFeed(key)
    await feed.commit({
      record: { key, id: undefined, blocks: blocks.length, complete: true, byteLength: 0 },
      blocks,
      have: [{ page: 0, bits: new Uint8Array(1024).fill(1) }]
    })
    return feed
  }

  async function keys(): Promise<Uint8Array[]> {
    return db.keys<Uint8Array>({ keyEncoding: 'view' }).all()
  }

  async function reopen(): Promise<void> {
    await storage.close()
    storage = levelStorage(db)
    await storage.open()
  }

  it('a commit writes ascending keys only', async () => {
    const feed = await add(KEY, [block(0, 'one'), block(1, 'two')])
    await feed.commit({ blocks: [block(2, 'three')] })
    const written = (await keys()).slice(1)
    expect(written.every(isData)).toBe(true)
    expect(written.map(isJournal)).toEqual([false, false, true, false, true])
    expect(await feed.getBlock(1)).toEqual(block(1, 'two').data)
  })

  it('a commit is there after a crash, a reopening, and a listing', async () => {
    await add(KEY, [block(0, 'one'), block(1, 'two')])
    const crashed = levelStorage(await copyInto(db, new FailingLevelDB()))
    await crashed.open()
    const check = async (from: Storage): Promise<void> => {
      const feed = (await from.openFeed(KEY))!
      expect(await feed.getBlock(1)).toEqual(block(1, 'two').data)
      expect(await feed.getNodes([2])).toEqual([block(1, 'two').hash])
      expect(await feed.getHave()).toHaveLength(1)
    }
    await check(crashed)
    await crashed.close()
    await listAll(storage)
    expect((await keys()).some((key) => isData(key) && isJournal(key))).toBe(false)
    await check(storage)
    await reopen()
    await check(storage)
  })

  it('the index is brought up to date now and then, and a failure to do so costs nothing', async () => {
    const feed = await add(KEY, [])
    const nodes = (round: number) => Array.from({ length: 4000 }, (_, at) => ({ index: at + round, hash: KEY }))
    const left = async () => (await keys()).filter((key) => isData(key) && isJournal(key)).length
    let most = 0
    for (let round = 0; round < 100; round++) {
      // The commit passes, what brings the index up to date may fail.
      db.refusedKey = round < 50 ? checkpointKey() : undefined
      await feed.commit({ nodes: nodes(round) })
      most = Math.max(most, await left())
    }
    expect(most).toBeGreaterThan(20)
    expect(await left()).toBeLessThan(most)
    expect(await feed.getNodes([3999, 4098, 4099])).toEqual([KEY, KEY, undefined])
    await reopen()
    expect(await (await storage.openFeed(KEY))!.getNodes([0, 4098])).toEqual([KEY, KEY])
  })

  it('closes where the index cannot be brought up to date, which the next open does', async () => {
    await add(KEY, [block(0, 'one')])
    db.failBatches = 1
    await reopen()
    expect(await (await storage.openFeed(KEY))!.getBlock(0)).toEqual(block(0, 'one').data)
  })

  describe('blocks that are expected', () => {
    const next = block(1, 'two')
    let feed: FeedStorage

    beforeEach(async () => {
      feed = await add(KEY, [block(0, 'one')])
    })

    it('are looked up once, before they are committed', async () => {
      feed.expect?.([next.hash])
      const { reads } = db
      await feed.commit({ blocks: [next] })
      expect(db.reads).toBe(reads)
      expect(await feed.getBlock(1)).toEqual(next.data)
    })

    it('are looked up again where the index was written since', async () => {
      let added = false
      void add(OTHER, [block(0, 'two')]).then(() => (added = true))
      // At one of these moments it is being written: not there yet, nor pending.
      for (let turn = 1; !added; turn++) {
        feed.expect?.([next.hash])
        await (turn % 50 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined)
      }
      await listAll(storage)
      await feed.commit({ blocks: [next] })
      await storage.deleteFeed(OTHER)
      expect(await feed.getBlock(1)).toEqual(next.data)
    })

    it('are looked up again where that failed', async () => {
      db.failReads = 1
      feed.expect?.([next.hash])
      await feed.commit({ blocks: [next] })
      expect(await feed.getBlock(1)).toEqual(next.data)
    })
  })

  it('rejects a journal that is damaged', async () => {
    await add(KEY, [block(0, 'one')])
    const copy = await copyInto(db, new FailingLevelDB())
    const entry = (await keys()).find((key) => isData(key) && isJournal(key))!
    const value = await db.get(entry, BINARY)
    await copy.put<Uint8Array, Uint8Array>(entry, value!.subarray(0, -1), BINARY)
    await expect(levelStorage(copy).open()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
  })

  it('numbers go on after a reopening, and are not given twice', async () => {
    await add(KEY, [block(0, 'one'), block(1, 'two')])
    await reopen()
    await add(OTHER, [block(0, 'three')])
    await storage.deleteFeed(KEY)
    await reopen()
    const feed = (await storage.openFeed(OTHER))!
    await feed.commit({ blocks: [block(1, 'four')] })
    expect(await feed.getBlock(0)).toEqual(block(0, 'three').data)
    expect(await feed.getBlock(1)).toEqual(block(1, 'four').data)
    await storage.close()
    await db.open()
    const { numbers } = await readStored(db)
    expect(numbers.size).toBe(2)
  })

  it('a number whose bytes a power loss took is not given to other bytes', async () => {
    await add(KEY, [block(0, 'one'), block(1, 'two')])
    await storage.close()
    await db.open()
    for (const key of await keys()) if (isData(key)) await db.del<Uint8Array>(key, { keyEncoding: 'view' })
    storage = levelStorage(db)
    await storage.open()
    await add(OTHER, [block(0, 'three'), block(1, 'four')])
    const feed = (await storage.openFeed(KEY))!
    await expect(feed.getBlock(0)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await feed.commit({ blocks: [block(0, 'one')] })
    expect(await feed.getBlock(0)).toEqual(block(0, 'one').data)
    expect(await (await storage.openFeed(OTHER))!.getBlock(0)).toEqual(block(0, 'three').data)
  })

  it('a block whose leaf becomes another is given up', async () => {
    const feed = await add(KEY, [block(0, 'one'), block(1, 'two')])
    await feed.commit({ nodes: [0, 1].map((at) => ({ index: 2 * at, hash: block(0, 'one').hash })) })
    expect(await feed.getBlock(0)).toEqual(block(0, 'one').data)
    expect(await feed.getBlock(1)).toBeUndefined()
    await storage.close()
    await db.open()
    expect((await readStored(db)).numbers.size).toBe(1)
  })

  it('bytes are deleted with the last place that holds them, of any feed', async () => {
    const data = async () => (await keys()).filter((key) => isData(key) && !isJournal(key)).length
    const one = await add(KEY, [block(0, 'same'), block(1, 'same'), block(2, 'own')])
    const two = await add(OTHER, [block(0, 'same')])
    expect(await data()).toBe(2)
    await one.commit({ dropped: [0, 1] })
    expect(await data()).toBe(2)
    await two.commit({ blocks: [block(0, 'other')] })
    expect(await data()).toBe(2)
    await one.commit({ dropped: [2] })
    expect(await data()).toBe(1)
    await storage.deleteFeed(OTHER)
    expect(await data()).toBe(0)
  })

  it('bytes that were damaged are healed by a block that is added again, whoever adds it', async () => {
    const feed = await add(KEY, [block(0, 'whole')])
    const key = (await keys()).find((key) => isData(key) && !isJournal(key))!
    for (const key2 of [KEY, OTHER]) {
      await db.put<Uint8Array, Uint8Array>(key, Uint8Array.of(1), BINARY)
      expect(await feed.getBlock(0)).toEqual(Uint8Array.of(1))
      if (key2 === KEY) await feed.commit({ blocks: [block(0, 'whole')] })
      else await add(OTHER, [block(7, 'whole')])
      expect(await feed.getBlock(0)).toEqual(block(0, 'whole').data)
    }
    await db.del<Uint8Array>(key, { keyEncoding: 'view' })
    await expect(feed.getBlock(0)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await feed.commit({ blocks: [block(0, 'whole')] })
    expect(await feed.getBlock(0)).toEqual(block(0, 'whole').data)
    await storage.close()
    await db.open()
    expect([...(await readStored(db)).counts.values()]).toEqual([2])
  })

  it('the index of synced commits is on the medium before it is written again', async () => {
    let feed = await add(KEY, [])
    let index = 0
    const add1 = (durability: Durability) => {
      return feed.commit({ blocks: [block(index, `${index++}`)] }, { durability })
    }
    /** Whether bringing the index up to date waits for the medium. */
    const waits = async (of: FailingLevelDB) => {
      await listAll(storage)
      return (of.batches.at(-1)!.options as { sync?: boolean }).sync === true
    }
    expect(await waits(db)).toBe(false)
    await add1('machine')
    await add1('process')
    expect(await waits(db)).toBe(false)
    await add1('process')
    expect(await waits(db)).toBe(true)
    await add1('process')
    expect(await waits(db)).toBe(false)
    // A synced commit takes all before it along.
    await add1('machine')
    expect(await waits(db)).toBe(false)
    await add1('machine')
    expect(await waits(db)).toBe(false)
    // What a crash left may have been synced.
    await add1('machine')
    const copy = await copyInto(db, new FailingLevelDB())
    await storage.close()
    storage = levelStorage(copy)
    await storage.open()
    feed = (await storage.openFeed(KEY))!
    await add1('process')
    expect(await waits(copy)).toBe(true)
  })

  it('a synced commit has unsynced ones that may be in another log written to a table first', async () => {
    const feed = await add(KEY, [])
    const sync = async () => {
      db.compacted.length = 0
      await feed.commit({}, { durability: 'machine' })
      expect(db.batches.at(-1)!.options).toHaveProperty('sync', true)
      return db.compacted.length
    }
    // What was before this store opened it is not known.
    expect(await sync()).toBe(1)
    expect(await sync()).toBe(0)
    await feed.commit({ blocks: [block(0, 'small')] })
    expect(await sync()).toBe(0)
    await feed.commit({ blocks: [block(1, 'large'.repeat(2 ** 19))] })
    expect(await sync()).toBe(1)
    expect(await sync()).toBe(0)
  })
})
