import { createHash } from 'node:crypto'
import type { FeedStorage, Storage, StoredBlock } from '@anyfeed/interfaces'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'
import { countKeys, FailingLevel } from './failing-level.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)
const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const
const DISK_FULL = { code: 'ERR_STORAGE', cause: expect.objectContaining({ message: 'disk full' }) }
const DISK_GONE = { code: 'ERR_STORAGE', cause: expect.objectContaining({ message: 'disk gone' }) }

function block(index: number, text: string): StoredBlock {
  const data = new Uint8Array(Buffer.from(text))
  return { index, data, hash: new Uint8Array(createHash('sha256').update(text).digest()) }
}

async function add(feed: FeedStorage, key: Uint8Array, texts: string[]): Promise<void> {
  const blocks = texts.map((text, index) => block(index, text))
  await feed.commit({
    record: { key, id: undefined, blocks: blocks.length, complete: true, byteLength: 0 },
    nodes: blocks.map(({ index, hash }) => ({ index: 2 * index, hash })),
    blocks
  })
}

describe('a database that fails', () => {
  let db: FailingLevel
  let storage: Storage

  beforeEach(async () => {
    db = new FailingLevel()
    storage = levelStorage(db)
    await storage.open()
  })
  afterEach(() => storage.close())

  it('leaves everything as it was when a commit fails', async () => {
    const feed = storage.createFeed(KEY)
    await add(feed, KEY, ['one', 'two'])
    const before = feed.record
    const three = block(0, 'three')
    const change = {
      record: { ...before!, blocks: 7, id: OTHER },
      nodes: [
        { index: 0, hash: three.hash },
        { index: 1, hash: OTHER }
      ],
      blocks: [three],
      dropped: [1],
      have: [{ page: 0, bits: new Uint8Array(1024).fill(255) }]
    }
    db.failBatches = 1
    await expect(feed.commit(change)).rejects.toMatchObject(DISK_FULL)
    expect(feed.record).toEqual(before)
    expect(await feed.getNodes([0, 1])).toEqual([block(0, 'one').hash, undefined])
    expect(await feed.getBlock(0)).toEqual(block(0, 'one').data)
    expect(await feed.getBlock(1)).toEqual(block(1, 'two').data)
    expect(await feed.getHave()).toEqual([])
    expect(await storage.findFeed(OTHER)).toBeUndefined()
    // The next commit builds on what is stored, not on what was to be.
    await feed.commit({ nodes: [{ index: 3, hash: OTHER }] })
    expect(await feed.getNodes([0, 1, 3])).toEqual([block(0, 'one').hash, undefined, OTHER])
    await feed.commit(change)
    expect(await feed.getBlock(0)).toEqual(three.data)
    expect(await feed.getBlock(1)).toBeUndefined()
  })

  it('goes on with the commits called after one that fails', async () => {
    const feed = storage.createFeed(KEY)
    await add(feed, KEY, ['one'])
    db.failBatches = 1
    const results = await Promise.allSettled([
      feed.commit({ nodes: [{ index: 1, hash: KEY }] }),
      feed.commit({ nodes: [{ index: 3, hash: KEY }] })
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(await feed.getNodes([1, 3])).toEqual([undefined, KEY])
  })

  it('can make a feed whose first commit failed', async () => {
    const feed = storage.createFeed(KEY)
    db.failBatches = 1
    await expect(add(feed, KEY, ['one'])).rejects.toMatchObject(DISK_FULL)
    expect(feed.record).toBeUndefined()
    expect(await storage.openFeed(KEY)).toBeUndefined()
    await add(feed, KEY, ['one'])
    expect(await storage.openFeed(KEY)).toBe(feed)
  })

  it('is never taken for one that has nothing', async () => {
    await add(storage.createFeed(KEY), KEY, ['one'])
    await storage.close()
    storage = levelStorage(db)
    await storage.open()
    const fail = async (read: () => Promise<unknown>): Promise<void> => {
      db.failReads = 1
      await expect(read()).rejects.toMatchObject(DISK_GONE)
      expect(db.failReads).toBe(0)
    }
    await fail(() => storage.openFeed(KEY))
    await fail(() => storage.findFeed(KEY))
    await fail(() => storage.deleteFeed(KEY))
    const feed = (await storage.openFeed(KEY))!
    await fail(() => feed.getBlock(0))
    await fail(() => feed.getNodes([0]))
    expect(await feed.getBlock(0)).toEqual(block(0, 'one').data)
    await fail(() => feed.getBlock(0))
  })

  it('rejects for a block whose bytes are lost, and a record or pack that is damaged', async () => {
    const feed = storage.createFeed(KEY)
    await add(feed, KEY, ['one'])
    await db.clear<Uint8Array>({ gte: Buffer.from('!anyfeed!z'), lt: Buffer.from('!anyfeed!~'), keyEncoding: 'view' })
    await expect(feed.getBlock(0)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await storage.close()
    await db.open()
    for (const kind of ['r', 'n']) {
      const range = { gte: Buffer.from(`!anyfeed!${kind}`), lt: Buffer.from(`!anyfeed!${kind}~`) }
      const [entry] = await db.iterator<Uint8Array, Uint8Array>({ ...range, ...BINARY }).all()
      const [key, value] = entry!
      await db.put<Uint8Array, Uint8Array>(key, value.subarray(1), BINARY)
      storage = levelStorage(db)
      await storage.open()
      const read = async () => (await storage.openFeed(KEY))!.getNodes([0])
      await expect(read()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
      await storage.close()
      await db.open()
      await db.put<Uint8Array, Uint8Array>(key, value, BINARY)
    }
  })

  it('keeps a feed whose deletion could not begin', async () => {
    const feed = storage.createFeed(KEY)
    await add(feed, KEY, ['one'])
    db.failBatches = 1
    await expect(storage.deleteFeed(KEY)).rejects.toMatchObject(DISK_FULL)
    expect(await storage.openFeed(KEY)).toBe(feed)
    expect(await feed.getBlock(0)).toEqual(block(0, 'one').data)
    await feed.commit({ nodes: [{ index: 1, hash: KEY }] })
  })

  it.each([1, 2, 3, 4, 5])('finishes a deletion that broke off after %i batches when it is opened', async (passed) => {
    const texts = Array.from({ length: 3000 }, (_, index) => `block ${index}`)
    await add(storage.createFeed(OTHER), OTHER, texts.slice(0, 10))
    const bare = await countKeys(db)
    const feed = storage.createFeed(KEY)
    await add(feed, KEY, texts)
    await feed.commit({ have: [{ page: 0, bits: new Uint8Array(1024).fill(1) }] })
    const full = await countKeys(db)
    db.passBatches = passed
    db.failBatches = 1
    await expect(storage.deleteFeed(KEY)).rejects.toMatchObject(DISK_FULL)
    expect(await countKeys(db)).toBeGreaterThan(bare)
    expect(await countKeys(db)).toBeLessThan(full + 1)
    await expect(feed.getBlock(0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(await storage.openFeed(KEY)).toBeUndefined()
    await storage.close()
    storage = levelStorage(db)
    await storage.open()
    expect(await countKeys(db)).toBe(bare)
    const other = (await storage.openFeed(OTHER))!
    for (let index = 0; index < 10; index++) {
      expect(await other.getBlock(index)).toEqual(block(index, texts[index]!).data)
    }
    await storage.deleteFeed(OTHER)
    expect(await countKeys(db)).toBe(1)
  })

  it('finishes a deletion that broke off when it is asked again', async () => {
    await add(storage.createFeed(KEY), KEY, ['one', 'two'])
    db.passBatches = 1
    db.failBatches = 1
    await expect(storage.deleteFeed(KEY)).rejects.toMatchObject(DISK_FULL)
    await expect(
      storage.createFeed(KEY).commit({ record: { key: KEY, id: undefined, blocks: 0, complete: false, byteLength: 0 } })
    ).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await storage.deleteFeed(KEY)
    expect(await countKeys(db)).toBe(1)
  })
})
