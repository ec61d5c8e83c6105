import type { Durability } from '@anyfeed/interfaces'
import { MemoryLevel } from 'memory-level'
import { describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'
import { FailingLevel, FailingLevelDB } from './failing-level.ts'

const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const
const VERSION_KEY = new Uint8Array(Buffer.from('!anyfeed!v'))

describe('opening', () => {
  it('rejects a layout of another version, changes nothing, and gives the database up', async () => {
    const db = new MemoryLevel()
    await db.put<Uint8Array, Uint8Array>(VERSION_KEY, Uint8Array.of(9), BINARY)
    const storage = levelStorage(db)
    await expect(storage.open()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    expect(db.status).toBe('closed')
    await db.open()
    expect(await db.iterator(BINARY as object).all()).toHaveLength(1)
    await db.del<Uint8Array>(VERSION_KEY, { keyEncoding: 'view' })
    await storage.open()
    await storage.close()
    expect(db.status).toBe('closed')
  })

  it('keeps to its sublevel', async () => {
    const db = new MemoryLevel()
    await db.put('!anyfeed', 'before')
    await db.put('"', 'after')
    const storage = levelStorage(db)
    await storage.open()
    const key = new Uint8Array(32).fill(255)
    await storage.createFeed(key).commit({
      record: { key, id: key, blocks: 1, complete: true, byteLength: 1 },
      blocks: [{ index: 0, hash: key, data: Uint8Array.of(1) }],
      have: [{ page: 0, bits: new Uint8Array(1024).fill(1) }]
    })
    // Record, id, format, pack, hash and bytes of the block, and have page.
    expect(await db.sublevel('anyfeed', BINARY).keys().all()).toHaveLength(7)
    expect(await db.keys(BINARY as object).all()).toHaveLength(9)
    await storage.deleteFeed(key)
    expect(await db.sublevel('anyfeed', BINARY).keys().all()).toHaveLength(1)
    expect(await db.keys().all()).toHaveLength(3)
    await storage.close()
  })

  it('refuses a database that stores keys as text', () => {
    expect(() => levelStorage(new MemoryLevel({ storeEncoding: 'utf8' }))).toThrow(TypeError)
  })

  it('says and passes on how durable a commit can be', async () => {
    const supports = (manifest: object, durability?: Durability) => {
      const db = new FailingLevel()
      Object.assign(db.supports, manifest)
      return { db, storage: levelStorage(db, durability && { durability }) }
    }
    const leveldb = { permanence: true, additionalMethods: { compactRange: true, approximateSize: true } }
    expect(supports({}).storage.supports).toMatchObject({ durability: 'memory', persistent: false })
    expect(supports({ permanence: true }).storage.supports).toMatchObject({ durability: 'process', persistent: true })
    expect(supports({ permanence: true }, 'machine').storage.supports.durability).toBe('machine')
    expect(supports(leveldb).storage.supports.durability).toBe('machine')
    const db = new FailingLevelDB()
    const storage = levelStorage(db)
    expect(storage.supports).toMatchObject({ durability: 'machine', persistent: true, dedup: true, checksums: false })
    await storage.open()
    const key = new Uint8Array(32)
    const feed = storage.createFeed(key)
    await feed.commit({ record: { key, id: undefined, blocks: 0, complete: false, byteLength: 0 } })
    expect(db.batches.at(-1)!.options).not.toHaveProperty('sync')
    await feed.commit({ nodes: [{ index: 0, hash: key }] }, { durability: 'process' })
    expect(db.batches.at(-1)!.options).not.toHaveProperty('sync')
    await feed.commit({ nodes: [{ index: 0, hash: key }] }, { durability: 'machine' })
    expect(db.batches.at(-1)!.options).toHaveProperty('sync', true)
    await storage.close()
  })

  it('reads no feed that is not asked for', async () => {
    const db = new FailingLevel()
    let storage = levelStorage(db)
    await storage.open()
    for (let number = 0; number < 2500; number++) {
      const key = new Uint8Array(32)
      new DataView(key.buffer).setUint32(0, number)
      await storage
        .createFeed(key)
        .commit({ record: { key, id: undefined, blocks: number, complete: false, byteLength: 0 } })
    }
    await storage.close()
    storage = levelStorage(db)
    db.reads = 0
    await storage.open()
    expect(db.reads).toBe(1)
    const blocks = new Set<number>()
    for await (const record of storage.feeds()) blocks.add(record.blocks)
    expect(blocks.size).toBe(2500)
    await storage.close()
  })
})
