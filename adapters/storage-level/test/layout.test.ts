import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'
import { depthOf, placeOf } from '../src/node-packs.ts'
import { readUint56, writeUint56 } from '../src/uint56.ts'
import { countKeys, FailingLevel } from './failing-level.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)
const hashOf = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest())

describe('packs', () => {
  it('have a place of its own for each node', () => {
    const places = new Set<string>()
    for (let index = 0; index < 20_000; index++) {
      const { band, pack, slot } = placeOf(index)
      expect(band).toBe(Math.floor(depthOf(index) / 6))
      expect(slot).toBeLessThan(63)
      places.add(`${band}/${pack}/${slot}`)
    }
    expect(places.size).toBe(20_000)
  })

  it('hold the path from a leaf in one pack for each six levels, up to 2^53 - 1', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 53 }), (number, levels) => {
        let index = BigInt(number - (number % 2))
        const packs = new Set<string>()
        for (let depth = 0n; depth < BigInt(levels); depth++) {
          // The reference: BigInt arithmetic of the flat in-order tree.
          expect(depthOf(Number(index))).toBe(Number(depth))
          const { band, pack } = placeOf(Number(index))
          packs.add(`${band}/${pack}`)
          const offset = index >> (depth + 1n)
          index = ((offset >> 1n) << (depth + 2n)) | ((1n << (depth + 1n)) - 1n)
        }
        expect(packs.size).toBe(Math.ceil(levels / 6))
      })
    )
    expect(depthOf(2 ** 53 - 1)).toBe(53)
    expect(placeOf(2 ** 53 - 1)).toEqual({ band: 8, pack: 0, slot: 31 })
    for (const index of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => placeOf(index)).toThrow(RangeError)
  })

  it('are not read from the database while a new feed grows', async () => {
    const db = new FailingLevel()
    const storage = levelStorage(db, { cachedPacks: 8 })
    await storage.open()
    const feed = storage.createFeed(KEY)
    const record = { key: KEY, id: undefined, blocks: 0, complete: true, byteLength: 0 }
    await feed.commit({ record })
    db.reads = 0
    for (let index = 0; index < 2000; index++) {
      const data = new Uint8Array(Buffer.from(`block ${index}`))
      const hash = hashOf(data)
      const nodes = [
        { index: 2 * index, hash },
        { index: 2 * index + 1, hash }
      ]
      await feed.commit({ record: { ...record, blocks: index + 1 }, nodes, blocks: [{ index, hash, data }] })
    }
    // One a commit, for the hashes of its blocks.
    expect(db.reads).toBeLessThan(2000 + 2000 / 32)
    expect(db.batches.length).toBeGreaterThan(2000)
    // Two keys a block, and a pack for each 32 in band 0.
    expect(await countKeys(db)).toBeLessThan(2000 * 2.1)
    await storage.close()
    const again = levelStorage(db, { cachedPacks: 1 })
    await again.open()
    const found = (await again.openFeed(KEY))!
    for (let index = 0; index < 2000; index += 37) {
      expect(Buffer.from((await found.getBlock(index))!).toString()).toBe(`block ${index}`)
    }
    await again.close()
  })
})

describe('numbers in keys', () => {
  it('come back, and sort as they should', () => {
    const bytes = (value: number) => {
      const target = new Uint8Array(7)
      writeUint56(target, 0, value)
      return target
    }
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(readUint56(bytes(a), 0)).toBe(a)
        expect(Buffer.compare(bytes(a), bytes(b))).toBe(Math.sign(a - b))
      })
    )
    expect(() => bytes(2 ** 53)).toThrow(RangeError)
  })
})

describe('space', () => {
  it('is taken once for equal blocks', async () => {
    const db = new FailingLevel()
    const storage = levelStorage(db)
    await storage.open()
    const data = new Uint8Array(100)
    const blocks = [0, 1, 2, 3].map((index) => ({ index, data, hash: hashOf(data) }))
    for (const key of [KEY, OTHER]) {
      await storage
        .createFeed(key)
        .commit({ record: { key, id: undefined, blocks: 4, complete: true, byteLength: 400 }, blocks })
    }
    // The format; for each feed its record and a pack; and of the one block its bytes and its hash.
    expect(await countKeys(db)).toBe(1 + 2 * 2 + 2)
    await storage.deleteFeed(KEY)
    expect(await countKeys(db)).toBe(1 + 2 + 2)
    const other = (await storage.openFeed(OTHER))!
    await other.commit({ dropped: [0, 1, 2] })
    expect(await countKeys(db)).toBe(1 + 2 + 2)
    await other.commit({ dropped: [3] })
    expect(await countKeys(db)).toBe(1 + 2)
    await storage.close()
  })

  it('on disk is given back when a feed is deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anyfeed-level-'))
    const storage = levelStorage(new ClassicLevel(folder))
    try {
      await storage.open()
      for (const key of [KEY, OTHER]) {
        const feed = storage.createFeed(key)
        const record = { key, id: undefined, blocks: 128, complete: true, byteLength: 128 * 65536 }
        for (let start = 0; start < 128; start += 16) {
          const blocks = Array.from({ length: 16 }, (_, place) => {
            const data = new Uint8Array(randomBytes(65536))
            return { index: start + place, data, hash: hashOf(data) }
          })
          await feed.commit({ record, blocks })
        }
      }
      const MiB = 2 ** 20
      expect(await sizeOf(folder)).toBeGreaterThan(16 * MiB)
      await storage.deleteFeed(KEY)
      expect(await sizeOf(folder)).toBeLessThan(10 * MiB)
      expect((await (await storage.openFeed(OTHER))!.getBlock(127))?.length).toBe(65536)
      await storage.deleteFeed(OTHER)
      expect(await sizeOf(folder)).toBeLessThan(MiB)
    } finally {
      await storage.close()
      await rm(folder, { recursive: true })
    }
  })
})

async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
