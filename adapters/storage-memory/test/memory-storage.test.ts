import { describe, expect, it } from 'vitest'
import { BlockPool } from '../src/block-pool.ts'
import { memoryStorage } from '../src/index.ts'

const hash = new Uint8Array(32).fill(3)

describe('memory', () => {
  it('says what it can do', () => {
    const expected = { durability: 'memory', persistent: false, dedup: true, checksums: true }
    expect(memoryStorage().supports).toEqual(expected)
  })

  it('keeps one copy of equal blocks, until the last reference goes', () => {
    const pool = new BlockPool()
    const first = pool.take(hash, Uint8Array.of(1))
    const second = pool.take(hash, Uint8Array.of(1))
    expect(second).toBe(first)
    pool.release(first)
    expect(pool.take(hash, Uint8Array.of(1))).toBe(first)
    pool.release(first)
    pool.release(first)
    expect(pool.take(hash, Uint8Array.of(1))).not.toBe(first)
  })

  it('takes over a block, but copies a small part of a larger buffer', () => {
    const pool = new BlockPool()
    const buffer = new ArrayBuffer(1000)
    const half = new Uint8Array(buffer, 0, 500)
    expect(pool.take(new Uint8Array(32).fill(1), half).data).toBe(half)
    const small = pool.take(new Uint8Array(32).fill(2), new Uint8Array(buffer, 0, 499))
    expect(small.data.buffer.byteLength).toBe(499)
  })

  it('frees all blocks of a deleted feed, and of a closed store', async () => {
    const storage = memoryStorage()
    await storage.open()
    const feed = storage.createFeed(hash)
    const record = { key: hash, id: hash, blocks: 1, complete: true, byteLength: 1 }
    await feed.commit({ record, blocks: [{ index: 0, hash, data: Uint8Array.of(1) }] })
    await storage.deleteFeed(hash)
    expect(await storage.findFeed(hash)).toBeUndefined()
    // Made anew from other bytes of the same hash: the first ones were let go.
    const other = storage.createFeed(new Uint8Array(32))
    await other.commit({
      record: { ...record, key: new Uint8Array(32) },
      blocks: [{ index: 0, hash, data: Uint8Array.of(2) }]
    })
    expect(await other.getBlock(0)).toEqual(Uint8Array.of(2))
  })
})
