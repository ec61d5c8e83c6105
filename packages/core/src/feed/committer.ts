import type { FeedChange, StoredBlock, TreeNode } from '@anyfeed/interfaces'
import type { Verified } from '../tree/verifier.ts'

/** No more blocks are asked for while this many bytes wait to be stored. */
const FULL_BYTES = 16 * 1024 * 1024
/** The most that one commit takes. */
const COMMIT_BYTES = 4 * 1024 * 1024
const COMMIT_BLOCKS = 4096

/** What the committer stores into. */
export interface CommitTarget {
  /** Stores the blocks and nodes of verified blocks in one commit. */
  commit(change: Required<Pick<FeedChange, 'blocks' | 'nodes'>>): Promise<void>
  /** They are stored. */
  onCommitted(blocks: readonly Verified[]): void
  /** They are not, nor will be those that waited behind them. */
  onCommitFailed(blocks: readonly Verified[], error: Error): void
}

/** Stores verified blocks: whatever came in while one commit was under way goes into the next. */
export class Committer {
  readonly #target: CommitTarget
  #queue: Verified[] = []
  #bytes = 0
  #running: Promise<void> | undefined

  constructor(target: CommitTarget) {
    this.#target = target
  }

  /** Whether there is more to store than should be. */
  get full(): boolean {
    return this.#bytes >= FULL_BYTES
  }

  add(block: Verified): void {
    this.#queue.push(block)
    this.#bytes += block.data.length
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
        await this.#target.commit({ blocks: distinctBlocks(batch), nodes: distinctNodes(batch) })
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

  #take(): Verified[] {
    let bytes = 0
    let count = 0
    while (count < this.#queue.length && count < COMMIT_BLOCKS && (count === 0 || bytes < COMMIT_BYTES)) {
      bytes += (this.#queue[count] as Verified).data.length
      count++
    }
    return this.#queue.splice(0, count)
  }

  #forget(blocks: readonly Verified[]): void {
    for (const { data } of blocks) this.#bytes -= data.length
  }
}

/** No block twice: one may have come from a peer and been written here at the same time. */
function distinctBlocks(batch: readonly Verified[]): StoredBlock[] {
  const blocks = new Map<number, StoredBlock>()
  for (const { block, hash, data } of batch) blocks.set(block, { index: block, hash, data })
  return [...blocks.values()]
}

function distinctNodes(batch: readonly Verified[]): TreeNode[] {
  if (batch.length === 1) return [...(batch[0] as Verified).nodes]
  const nodes = new Map<number, TreeNode>()
  for (const { nodes: verified } of batch) for (const node of verified) nodes.set(node.index, node)
  return [...nodes.values()]
}
