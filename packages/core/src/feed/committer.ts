import type { FeedChange, StoredBlock } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { Batches, bytesOf } from './batches.ts'

/** No more blocks are asked for while this many bytes wait to be stored. */
const FULL_BYTES = 16 * 1024 * 1024
/** How many times its length a run of blocks may keep in memory while it waits: blocks are views of what came in. */
const MOST_KEPT = 16

/** What the committer stores into. */
export interface CommitTarget {
  /** Stores the blocks and nodes of verified blocks in one commit. */
  commit(change: Required<Pick<FeedChange, 'blocks' | 'nodes'>>): Promise<void>
  /** They are stored. */
  onCommitted(runs: readonly VerifiedRun[]): void
  /** They are not, nor will be those that waited behind them. */
  onCommitFailed(runs: readonly VerifiedRun[], error: Error): void
}

/** Stores verified blocks, many in one commit. */
export class Committer {
  readonly #batches: Batches<VerifiedRun>

  constructor(target: CommitTarget) {
    this.#batches = new Batches({
      store: (runs) => target.commit({ blocks: distinctBlocks(runs), nodes: runs.flatMap(({ nodes }) => nodes) }),
      onStored: (runs) => target.onCommitted(runs),
      // Those behind may rest on nodes that were to be stored with this one.
      onFailed: (runs, error) => target.onCommitFailed(runs, error)
    })
  }

  /** Whether there is more to store than should be. */
  get full(): boolean {
    return this.#batches.bytes >= FULL_BYTES
  }

  add(run: VerifiedRun): void {
    this.#batches.add(unpinned(run))
  }

  /** Resolves when everything that was added is stored, or has failed. */
  idle(): Promise<void> {
    return this.#batches.idle()
  }
}

/** Blocks that are a small part of the buffer that they came in are copied out of it. */
function unpinned(run: VerifiedRun): VerifiedRun {
  const kept = run.blocks[0]?.data.buffer.byteLength ?? 0
  if (bytesOf(run) * MOST_KEPT >= kept) return run
  return { ...run, blocks: run.blocks.map((block) => ({ ...block, data: copyBytes(block.data) })) }
}

/** No block twice: one may have come from a peer and been written here at the same time. */
function distinctBlocks(batch: readonly VerifiedRun[]): readonly StoredBlock[] {
  if (batch.length === 1) return (batch[0] as VerifiedRun).blocks
  const blocks = batch.flatMap((run) => run.blocks)
  if (new Set(blocks.map(({ index }) => index)).size === blocks.length) return blocks
  return [...new Map(blocks.map((block) => [block.index, block])).values()]
}
