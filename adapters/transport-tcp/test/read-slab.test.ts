import { expect, it } from 'vitest'
import { ReadSlab, SLAB_BYTES } from '../src/read-slab.ts'

/** A read as Node does it: into the room that it was given, of which it tells how much it took. */
function read(slab: ReadSlab, bytes: number, fill: number): number {
  const room = slab.onread.buffer()
  const taken = Math.min(bytes, room.length)
  room.fill(fill, 0, taken)
  slab.onread.callback(taken)
  return room.length
}

it('gives chunks that follow each other in memory, and never the same memory twice', () => {
  const slab = new ReadSlab()
  const chunks: Uint8Array[] = []
  slab.listen((chunk) => chunks.push(chunk))
  for (let i = 0; i < 500; i++) read(slab, 1000, i % 251)
  let neighbours = 0
  for (const [i, chunk] of chunks.entries()) {
    expect(chunk).toEqual(new Uint8Array(1000).fill(i % 251))
    const before = chunks[i - 1]
    if (before?.buffer === chunk.buffer && before.byteOffset + before.length === chunk.byteOffset) neighbours++
  }
  expect(neighbours).toBeGreaterThan(480)
})

it('keeps what comes before anybody listens', () => {
  const slab = new ReadSlab()
  read(slab, 10, 1)
  read(slab, 10, 2)
  const chunks: Uint8Array[] = []
  slab.listen((chunk) => chunks.push(chunk))
  read(slab, 10, 3)
  expect(chunks.map((chunk) => chunk[0])).toEqual([1, 2, 3])
})

it('grows to its bound while reads fill it, and not for a link that brings little', () => {
  const busy = new ReadSlab()
  busy.listen(() => {})
  let most = 0
  for (let i = 0; i < 10; i++) most = Math.max(most, read(busy, Infinity, 0))
  expect(most).toBe(SLAB_BYTES)
  const quiet = new ReadSlab()
  quiet.listen(() => {})
  for (let i = 0; i < 1000; i++) expect(read(quiet, 100, 0)).toBeLessThanOrEqual(64 * 1024)
})
