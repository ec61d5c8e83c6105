import { copyBytes } from '../bytes/copy.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { bytesOf } from './batches.ts'

/** How many times its length a run of blocks may keep in memory while it waits: blocks are views of what came in. */
const MOST_KEPT = 16

/** Blocks that are a small part of the buffer that they came in are copied out of it. */
export function unpinned(run: VerifiedRun): VerifiedRun {
  const kept = run.blocks[0]?.data.buffer.byteLength ?? 0
  if (bytesOf(run) * MOST_KEPT >= kept) return run
  return { ...run, blocks: run.blocks.map((block) => ({ ...block, data: copyBytes(block.data) })) }
}
