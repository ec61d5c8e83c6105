import { expect, it } from 'vitest'
import { unpinned } from '../src/feed/unpinned.ts'
import type { VerifiedRun } from '../src/tree/range-verifier.ts'

/** Blocks of 100 bytes that lie side by side in a buffer. */
function run(first: number, count: number, buffer: ArrayBuffer): VerifiedRun {
  const hash = new Uint8Array(32)
  const blocks = Array.from({ length: count }, (_, index) => ({
    index: first + index,
    hash,
    data: new Uint8Array(buffer, index * 100, 100).fill(first + index)
  }))
  return { blocks, roots: [], nodes: [], frontier: [], length: count }
}

it('keeps no buffer for blocks that are a small part of it', () => {
  const runs = [run(0, 1, new ArrayBuffer(1601)), run(1, 2, new ArrayBuffer(3200)), run(3, 0, new ArrayBuffer(1))]
  const blocks = runs.flatMap((run) => unpinned(run).blocks)
  for (const { index, data } of blocks) expect(data).toEqual(new Uint8Array(100).fill(index))
  expect(blocks.map(({ data }) => data.buffer.byteLength)).toEqual([100, 3200, 3200])
})
