import type { Storage, TreeNode } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { equalBytes } from '../bytes/compare.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { isApart, type Run, runBelow } from '../tree/subtree.ts'

/** So many bytes are copied at a time, and so many blocks. */
const COPY_BYTES = 512 * 1024
const COPY_BLOCKS = 1024
/** Nodes that were looked for lately are not looked for again. */
const MAX_LOOKED_FOR = 4096

/** Another feed that is in use here. */
export interface LocalFeed {
  readonly tree: FeedTree
  readonly have: PagedBitfield
  readRun(start: number, end: number, bytes: number): Promise<ReadonlyArray<Uint8Array | undefined>>
}

/** What is here, with which a feed may have blocks in common. */
export interface LocalContent {
  /** The feeds in use beside this one. */
  others(feed: unknown): Iterable<LocalFeed>
  readonly storage: Pick<Storage, 'findBlock'>
}

/** The feed for which duplicates are sought. */
export interface DuplicatesTarget {
  readonly feed: { readonly tree: FeedTree; emit(event: 'error', error: Error): void }
  /** Whether a block is to be fetched: wanted, and neither here nor under way. */
  isOpen(block: number): boolean
  /** Nothing of the run is asked of peers until it is freed. */
  reserve(run: Run): void
  free(run: Run): void
  /** Blocks that were verified are to be stored. */
  adopt(run: VerifiedRun): void
}

/**
 * Finds what need not be fetched, because another feed here has it: equal hashes mean equal blocks. Each proof brings
 * the hashes of subtrees that lie aside; those that another feed has in the same place are copied from there, as from a
 * peer, and single blocks from wherever the store has them. All of it is verified again.
 */
export class Duplicates {
  readonly #local: LocalContent
  readonly #target: DuplicatesTarget
  readonly #lookedFor = new Set<number>()

  constructor(local: LocalContent, target: DuplicatesTarget) {
    this.#local = local
    this.#target = target
  }

  /** Nodes were verified together with a run of blocks: those of other blocks may be here already. */
  look(nodes: readonly TreeNode[], came: Run): void {
    for (const node of nodes) {
      const run = runBelow(node.index)
      if (!isApart(run.start, run.end, came) || this.#lookedFor.has(node.index)) continue
      if (this.#lookedFor.size === MAX_LOOKED_FOR) this.#lookedFor.clear()
      this.#lookedFor.add(node.index)
      const others = [...this.#local.others(this.#target.feed)].filter(({ tree }) => run.end <= tree.blocks)
      // One block that is not under way already.
      const isBlock = run.end - run.start === 1 && this.#target.isOpen(run.start)
      if (others.length === 0 && !(isBlock && this.#local.storage.findBlock)) continue
      this.#target.reserve(run)
      void this.#find(node, run, others, isBlock)
    }
  }

  async #find(node: TreeNode, run: Run, others: readonly LocalFeed[], isBlock: boolean): Promise<void> {
    try {
      if (isBlock) {
        const data = await this.#local.storage.findBlock?.(node.hash)
        if (data) return this.#adopt(node, run.start, [data], new Uint8Array(0))
      }
      for (const other of others) {
        const hash = (await other.tree.load([node.index])).get(node.index)
        if (hash && equalBytes(hash, node.hash)) await this.#copy(node, run, other)
      }
    } catch (error) {
      this.#target.feed.emit('error', error as Error)
    } finally {
      this.#target.free(run)
    }
  }

  /** Copies what the other feed has of a subtree, as far as it is wanted. */
  async #copy(node: TreeNode, run: Run, other: LocalFeed): Promise<void> {
    for (let { start } = run; start < run.end; ) {
      const end = Math.min(run.end, start + COPY_BLOCKS)
      while (start < end && !(this.#target.isOpen(start) && other.have.has(start))) start++
      if (start === end) continue
      const read = await other.readRun(start, end, COPY_BYTES)
      const missing = read.indexOf(undefined)
      const blocks = (missing === -1 ? read : read.slice(0, missing)) as Uint8Array[]
      if (blocks.length > 0) {
        const [proof] = await other.tree.proveRuns([{ start, end: start + blocks.length }], node.index, -1)
        this.#adopt(node, start, blocks, proof as Uint8Array)
      }
      start += Math.max(1, blocks.length)
    }
  }

  #adopt(top: TreeNode, start: number, blocks: readonly Uint8Array[], proof: Uint8Array): void {
    const { tree } = this.#target.feed
    const verifier = tree.verifier({ top, isRoot: false, length: tree.blocks })
    this.#target.adopt(verifier.accept({ start, blocks, proof, roots: undefined }, false))
  }
}
