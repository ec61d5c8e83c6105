import { expect, it } from 'vitest'
import { Committer } from '../src/feed/committer.ts'
import type { VerifiedRun } from '../src/tree/range-verifier.ts'

/** Blocks of 100 bytes that lie side by side in a buffer. */
function run(first: number, count: number, buffer: ArrayBuffer): VerifiedRun {
  const hash = new Uint8Array(32)
  const blocks = Array.from({ length: count }, (_, index) => ({
    index: first + index,
    hash,
    data: new Uint8Array(buffer, index * 100, 100).fill(first + index)
  }))
  return { blocks, nodes: [], frontier: [], length: count }
}

it('keeps no buffer for blocks that are a small part of it', async () => {
  const lengths: number[] = []
  const committer = new Committer({
    commit: async ({ blocks }) => {
      for (const { index, data } of blocks) {
        lengths.push(data.buffer.byteLength)
        expect(data).toEqual(new Uint8Array(100).fill(index))
      }
    },
    onCommitted: () => {},
    onCommitFailed: (_, error) => {
      throw error
    }
  })
  committer.add(run(0, 1, new ArrayBuffer(1601)))
  committer.add(run(1, 2, new ArrayBuffer(3200)))
  committer.add(run(3, 0, new ArrayBuffer(1)))
  await committer.idle()
  expect(lengths).toEqual([100, 3200, 3200])
})
