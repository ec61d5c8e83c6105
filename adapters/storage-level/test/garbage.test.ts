import { createHash } from 'node:crypto'
import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeGarbage } from '../src/garbage-codec.ts'
import { levelStorage } from '../src/index.ts'
import { allGarbage, checkpointKey, isData, isJournal } from '../src/keys.ts'
import { FailingLevelDB } from './failing-level.ts'
import { BINARY, copyInto, listAll, readStored } from './stored.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)
const BLOCK_BYTES = 50_000

describe('entries of the journal that the index has', () => {
  let db: FailingLevelDB
  let storage: Storage
  let feed: FeedStorage
  let blocks: number

  beforeEach(async () => {
    db = new FailingLevelDB()
    db.size = 2 ** 30
    storage = levelStorage(db)
    await storage.open()
    feed = await made(KEY)
    blocks = 0
  })
  afterEach(() => storage.close())

  async function made(key: Uint8Array): Promise<FeedStorage> {
    const feed = storage.createFeed(key)
    await feed.commit({ record: { key, id: undefined, blocks: 100, complete: false, byteLength: 100 * BLOCK_BYTES } })
    return feed
  }

  async function add(to: FeedStorage): Promise<void> {
    const index = blocks++
    const data = new Uint8Array(BLOCK_BYTES).fill(index)
    await to.commit({ blocks: [{ index, data, hash: new Uint8Array(createHash('sha256').update(data).digest()) }] })
  }

  async function left(): Promise<number> {
    return (await db.keys<Uint8Array>({ keyEncoding: 'view' }).all()).filter((key) => isData(key) && isJournal(key))
      .length
  }

  async function records(): Promise<number> {
    return (await db.keys({ ...allGarbage(), keyEncoding: 'view' }).all()).length
  }

  async function reopen(): Promise<void> {
    await storage.close()
    storage = levelStorage(db)
    await storage.open()
    feed = (await storage.openFeed(KEY))!
  }

  it('stay where they are while they take little space', async () => {
    for (let round = 1; round <= 3; round++) {
      await add(feed)
      await add(feed)
      await listAll(storage)
      // The feed's first commit has one as well.
      expect(await left()).toBe(1 + 2 * round)
      expect(await records()).toBe(round)
    }
    await reopen()
    expect((await feed.getBlock(5))?.[0]).toBe(5)
    expect(await left()).toBe(7)
  })

  it('are not replayed after a crash, but those behind them are', async () => {
    await add(feed)
    await listAll(storage)
    await feed.commit({ dropped: [0] })
    await add(feed)
    const copy = await copyInto(db, new FailingLevelDB())
    copy.size = db.size
    const crashed = levelStorage(copy)
    await crashed.open()
    const found = (await crashed.openFeed(KEY))!
    expect(await found.getBlock(0)).toBeUndefined()
    expect((await found.getBlock(1))?.[0]).toBe(1)
    await crashed.close()
    await copy.open()
    expect((await readStored(copy)).numbers.size).toBe(1)
    await copy.close()
  })

  it('are deleted at once where they would take more than a sixteenth, also of all that a reopened store has', async () => {
    await add(feed)
    await listAll(storage)
    const [record] = await db.values<Uint8Array, Uint8Array>({ ...allGarbage(), ...BINARY }).all()
    const { bytes, numbers } = decodeGarbage(record!)
    expect(numbers).toHaveLength(2)
    await reopen()
    db.size = 16 * bytes
    await add(feed)
    await listAll(storage)
    expect(await left()).toBe(2)
    db.size = 16 * 3 * bytes
    await add(feed)
    await listAll(storage)
    expect(await left()).toBe(3)
    await reopen()
    expect((await feed.getBlock(2))?.[0]).toBe(2)
  })

  it('count once, however often the index could not be written', async () => {
    await add(feed)
    db.refusedKey = checkpointKey()
    db.size = 16 * 1000
    for (let i = 0; i < 20; i++) await expect(listAll(storage)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    db.refusedKey = undefined
    await listAll(storage)
    expect(await left()).toBe(2)
    expect(await records()).toBe(1)
  })

  it('go, the oldest first, when the data has become less', async () => {
    for (let round = 0; round < 5; round++) {
      await add(feed)
      await listAll(storage)
    }
    const sizes = (await db.values<Uint8Array, Uint8Array>({ ...allGarbage(), ...BINARY }).all()).map(
      (record) => decodeGarbage(record).bytes
    )
    expect(sizes).toHaveLength(5)
    // Room for the last two, and not for another.
    db.size = 16 * (sizes[3]! + sizes[4]!)
    await add(feed)
    await listAll(storage)
    expect(await records()).toBe(2)
    expect(await left()).toBe(2)
    db.size = 0
    await reopen()
    await add(feed)
    await listAll(storage)
    expect([await records(), await left()]).toEqual([0, 0])
    for (let index = 0; index < 7; index++) expect((await feed.getBlock(index))?.[0]).toBe(index)
  })

  it('are counted right while others are deleted', async () => {
    // As on a disk, each call takes a turn or two.
    const turns = async (count: number) => {
      for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
    }
    const batch = db._batch.bind(db)
    db._batch = async (operations, options) => {
      await turns(2)
      await batch(operations, options)
    }
    db.approximateSize = async () => {
      await turns(1)
      return db.size
    }
    const other = await made(OTHER)
    for (let i = 0; i < 10; i++) await add(feed)
    await listAll(storage)
    db.size = 2 * 10 * BLOCK_BYTES
    let over = false
    const deleting = storage.deleteFeed(KEY).then(() => (over = true))
    const adding = async () => {
      while (!over) await add(other)
    }
    const listing = async () => {
      while (!over) {
        await listAll(storage)
        await turns(1)
      }
    }
    await Promise.all([deleting, adding(), listing()])
    db.size = 0
    for (let i = 0; i < 3; i++) {
      await add(other)
      await listAll(storage)
    }
    expect([await records(), await left()]).toEqual([0, 0])
  })

  it('go with the data among which they lie', async () => {
    const other = await made(OTHER)
    for (let i = 0; i < 10; i++) await add(feed)
    await listAll(storage)
    for (let i = 0; i < 10; i++) await add(other)
    await listAll(storage)
    expect(await records()).toBe(2)
    const before = await left()
    // The one feed has half of all data: that is worth being given back.
    db.size = 2 * 10 * BLOCK_BYTES
    await storage.deleteFeed(KEY)
    expect(db.compacted.length).toBeGreaterThan(0)
    // The entries of its blocks and of both feeds' beginnings are gone; one more, which hid the feed, is left.
    expect(await left()).toBe(before - 12 + 1)
    expect(await records()).toBe(2)
    await storage.close()
    await db.open()
    expect((await readStored(db)).numbers.size).toBe(10)
  })
})
