import type { StoredBlock, TreeNode, VerificationError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { fullRoots } from './flat-tree.ts'
import { untrue, verifyRoots } from './roots.ts'
import { indexOf, isApart, isInside, type Run, runBelow } from './subtree.ts'
import type { TreeHash } from './tree-hash.ts'

const HASH_BYTES = 32

/** Neighbouring blocks as a peer sent them. */
export interface RangeClaim {
  readonly start: number
  readonly blocks: readonly Uint8Array[]
  /** Hashes of 32 bytes each. */
  readonly proof: Uint8Array
  readonly roots: { readonly blocks: number; readonly hashes: Uint8Array } | undefined
}

/** Blocks that lead to the feed's id, with all nodes that are trusted from now on. */
export interface VerifiedRun {
  readonly blocks: readonly StoredBlock[]
  /** All roots, left to right; none where they were known. */
  readonly roots: readonly TreeNode[]
  /** The roots, leaves, parents, and what the proof brought. */
  readonly nodes: readonly TreeNode[]
  /** Those of the nodes that are worth keeping at hand: the ones that other blocks' proofs rest on. */
  readonly frontier: readonly TreeNode[]
  /** The feed's number of blocks. */
  readonly length: number
  /** Whether they were here already, in another feed: nobody has fetched them. */
  readonly local?: boolean
}

/** What a range request rests on: a node that is trusted and covers the run, in a feed whose length is known. */
export interface TrustedTop {
  readonly top: TreeNode
  /** Whether it is one of the roots, which the feed's id vouches for. */
  readonly isRoot: boolean
  /** The feed's number of blocks. */
  readonly length: number
}

/**
 * Verifies the answers to one range request, in their order. Each is checked as a whole and at once: all hashes of its
 * blocks are computed once, and compared where a node is trusted. Nothing is stored.
 */
export class RangeVerifier {
  readonly #hash: TreeHash
  readonly #id: Uint8Array
  readonly #known = new Map<number, Uint8Array>()
  /** The trusted nodes, by the blocks below them. */
  #tops: readonly Run[] = []
  #length = 0
  /** The last block of the answer before: of every node above it, both children are known. */
  #last = -1

  /** Without `trusted`, the first answer must bring the roots. */
  constructor(hash: TreeHash, id: Uint8Array, trusted?: TrustedTop) {
    this.#hash = hash
    this.#id = id
    if (trusted) this.#trust(trusted.length, [trusted.top])
  }

  /** `more`: further answers may follow. Throws a {@link VerificationError} when the claim does not lead to the feed's id. */
  accept({ start, blocks, proof, roots: claimed }: RangeClaim, more: boolean): VerifiedRun {
    const roots = this.#length === 0 ? this.#verifyRoots(claimed) : []
    const run = { start, end: start + blocks.length }
    const below = { start: this.#tops[0]?.start ?? Infinity, end: this.#tops.at(-1)?.end ?? 0 }
    if (!isInside(start, run.end, below)) throw untrue(`block ${start}`)
    const stored = blocks.map((data, i) => ({ index: start + i, hash: this.#hash.leaf(data), data }))
    const nodes: TreeNode[] = []
    const frontier: TreeNode[] = []
    let used = 0

    /** The next hash of the proof; too short, where it has no more. A copy: a view would keep the whole frame. */
    const take = (index: number): Uint8Array => {
      const node = { index, hash: proof.slice(used, used + HASH_BYTES) }
      used += HASH_BYTES
      nodes.push(node)
      frontier.push(node)
      return node.hash
    }

    /** The hash of a node. `outer`: it is not below one that is all inside the run. */
    const compute = (from: number, to: number, outer: boolean): Uint8Array => {
      const index = indexOf(from, to)
      if (isApart(from, to, run)) return take(index)
      let hash: Uint8Array
      if (to - from === 1) {
        hash = (stored[from - start] as StoredBlock).hash
      } else {
        const half = (from + to) / 2
        const mixed = outer && !isInside(from, to, run)
        const left = compute(from, half, mixed)
        hash = this.#hash.parent(left, compute(half, to, mixed))
      }
      const node = { index, hash }
      nodes.push(node)
      if (outer) frontier.push(node)
      return hash
    }

    /** Compares a node whose hash is trusted with what the blocks below it give. */
    const check = (from: number, to: number): void => {
      if (isApart(from, to, run)) return
      if (this.#last >= from && this.#last < to && !isInside(from, to, run)) {
        const half = (from + to) / 2
        check(from, half)
        check(half, to)
      } else {
        const expected = this.#known.get(indexOf(from, to))
        if (!expected || !equalBytes(compute(from, to, true), expected)) throw untrue(`block ${start}`)
      }
    }

    for (const top of this.#tops) check(top.start, top.end)
    // Too long, or too short: then some of its hashes were.
    if (used !== proof.length) throw untrue(`block ${start}`)
    if (more) for (const { index, hash } of nodes) this.#known.set(index, hash)
    this.#last = run.end - 1
    return { blocks: stored, roots, nodes: roots.concat(nodes), frontier: roots.concat(frontier), length: this.#length }
  }

  #verifyRoots(claimed: RangeClaim['roots']): TreeNode[] {
    const { blocks, hashes } = claimed ?? { blocks: 0, hashes: new Uint8Array(0) }
    const indexes = fullRoots(blocks)
    if (hashes.length !== indexes.length * HASH_BYTES) throw untrue('these roots')
    const roots = indexes.map((index, i) => ({ index, hash: hashes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES) }))
    verifyRoots(this.#hash, this.#id, blocks, roots)
    this.#trust(blocks, roots)
    return roots
  }

  #trust(length: number, tops: readonly TreeNode[]): void {
    for (const { index, hash } of tops) this.#known.set(index, hash)
    this.#tops = tops.map(({ index }) => runBelow(index))
    this.#length = length
  }
}
