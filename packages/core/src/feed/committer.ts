import type { FeedChange, StoredBlock } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'

/** No more blocks are asked for while this many bytes wait to be stored. */
const FULL_BYTES = 16 * 1024 * 1024
/** The most that one commit takes. */
const COMMIT_BYTES = 4 * 1024 * 1024
const COMMIT_BLOCKS = 4096
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

/** Stores verified blocks: whatever came in while one commit was under way goes into the next. */
export class Committer {
  readonly #target: CommitTarget
  #queue: VerifiedRun[] = []
  #bytes = 0
  #running: Promise<void> | undefined

  constructor(target: CommitTarget) {
    this.#target = target
  }

  /** Whether there is more to store than should be. */
  get full(): boolean {
    return this.#bytes >= FULL_BYTES
  }

  add(run: VerifiedRun): void {
    this.#queue.push(unpinned(run))
    this.#bytes += bytesOf(run)
    this.#running ??= this.#run()
  }

  /** Resolves when everything that was added is stored, or has failed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    // One turn later, so that all blocks of one chunk from the link go into one commit.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#take()
      try {
        await this.#target.commit({ blocks: distinctBlocks(batch), nodes: batch.flatMap(({ nodes }) => nodes) })
        this.#forget(batch)
        this.#target.onCommitted(batch)
      } catch (error) {
        // Those behind may rest on nodes that were to be stored with this one.
        const failed = [...batch, ...this.#queue]
        this.#queue = []
        this.#forget(failed)
        this.#target.onCommitFailed(failed, error as Error)
      }
    }
    this.#running = undefined
  }

  #take(): VerifiedRun[] {
    let bytes = 0
    let blocks = 0
    let count = 0
    while (count < this.#queue.length && blocks < COMMIT_BLOCKS && bytes < COMMIT_BYTES) {
      const run = this.#queue[count] as VerifiedRun
      bytes += bytesOf(run)
      blocks += run.blocks.length
      count++
    }
    return this.#queue.splice(0, count)
  }

  #forget(runs: readonly VerifiedRun[]): void {
    for (const run of runs) this.#bytes -= bytesOf(run)
  }
}

function bytesOf({ blocks }: VerifiedRun): number {
  let bytes = 0
  for (const { data } of blocks) bytes += data.length
  return bytes
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
