import { describe, expect, it } from 'vitest'
import { BlockPool } from '../src/block-pool.ts'
import { memoryStorage } from '../src/index.ts'
import type { PooledBlock } from '../src/pooled-block.ts'

const hash = new Uint8Array(32).fill(3)
const named = (byte: number) => new Uint8Array(32).fill(byte)

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

  it('takes over a block that makes half of its buffer', () => {
    const half = new Uint8Array(new ArrayBuffer(1000), 0, 500)
    expect(new BlockPool().take(named(1), half).data).toBe(half)
  })

  it('keeps blocks in a buffer of which they make half in the end, and copies them out when they do not', () => {
    const pool = new BlockPool()
    const parts = [new ArrayBuffer(1000), new ArrayBuffer(1000)].map((buffer, i) =>
      Array.from({ length: 5 }, (_, j) => new Uint8Array(buffer, j * 100, 100).fill(10 * i + j + 1))
    )
    const [many, few] = parts.map((of) => of.map((part) => pool.take(named(part[0] as number), part)))
    // One that is here already takes nothing of another buffer.
    pool.take(named(1), new Uint8Array(new ArrayBuffer(1000), 0, 300))
    pool.release(few?.[4] as PooledBlock)
    expect(few?.[0]?.data.buffer.byteLength).toBe(1000)
    pool.settle()
    expect(many?.map(({ data }) => data.buffer.byteLength)).toEqual([1000, 1000, 1000, 1000, 1000])
    expect(few?.slice(0, 4).map(({ data }) => data.buffer.byteLength)).toEqual([100, 100, 100, 100])
    expect(few?.[3]?.data).toEqual(new Uint8Array(100).fill(14))
    // Blocks that go later leave the others alone in it.
    pool.release(many?.[2] as PooledBlock)
    expect([0, 1, 3, 4].map((i) => many?.[i]?.data.buffer.byteLength)).toEqual([100, 100, 100, 100])
    expect(many?.[4]?.data).toEqual(new Uint8Array(100).fill(5))
  })

  it('waits for more blocks of 4 MiB of buffers, and of no larger one', () => {
    const pool = new BlockPool()
    const take = (i: number, size: number) => pool.take(named(i), new Uint8Array(new ArrayBuffer(size), 0, 10))
    const blocks = Array.from({ length: 6 }, (_, i) => take(i, 1024 * 1024))
    const lengths = () => blocks.map(({ data }) => data.buffer.byteLength)
    expect(lengths()).toEqual([10, 10, ...new Array(4).fill(1024 * 1024)])
    expect(take(6, 4 * 1024 * 1024 + 1).data.buffer.byteLength).toBe(10)
    take(7, 4 * 1024 * 1024)
    expect(lengths()).toEqual(new Array(6).fill(10))
  })

  it('holds no buffer for few blocks of a feed that is complete', async () => {
    const storage = memoryStorage()
    await storage.open()
    const feed = storage.createFeed(hash)
    const record = { key: hash, id: hash, blocks: 1, complete: true, byteLength: 1 }
    const data = new Uint8Array(new ArrayBuffer(1000), 0, 100)
    await feed.commit({ record, blocks: [{ index: 0, hash, data }] })
    expect((await feed.getBlock(0, { shared: true }))?.buffer.byteLength).toBe(100)
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
