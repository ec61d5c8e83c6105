import { type StoredBlock, type TreeNode, VerificationError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { depth, fullRoots } from './flat-tree.ts'
import { verifyRoots } from './roots.ts'
import { indexOf, isApart, isInside, type Run, type Subtree, subtreeOf } from './subtree.ts'
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
  /** Leaves, parents, what the proof brought, and the roots where they were not known. */
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
  #tops: readonly Subtree[] = []
  #length = 0
  /** The last block of the answer before: of every node above it, both children are known. */
  #last = -1

  /** Without `trusted`, the first answer must bring the roots. */
  constructor(hash: TreeHash, id: Uint8Array, trusted?: TrustedTop) {
    this.#hash = hash
    this.#id = id
    if (trusted === undefined) return
    this.#length = trusted.length
    this.#tops = [subtreeOf(trusted.top.index, depth(trusted.top.index))]
    this.#known.set(trusted.top.index, trusted.top.hash)
  }

  /** `more`: further answers may follow. Throws a {@link VerificationError} when the claim does not lead to the feed's id. */
  accept(claim: RangeClaim, more: boolean): VerifiedRun {
    const roots = this.#length === 0 ? this.#trustRoots(claim.roots) : []
    const run = { start: claim.start, end: claim.start + claim.blocks.length }
    const [top] = this.#tops
    const bottom = this.#tops.at(-1)
    if (top === undefined || bottom === undefined || run.start < top.first || run.end > bottom.first + bottom.size) {
      throw new VerificationError(`the blocks from ${run.start} on are not below a trusted node`)
    }
    const pass = new Pass(this.#hash, run, claim)
    for (const { first, size } of this.#tops) {
      if (!isApart(first, size, run)) this.#check(pass, first, size)
    }
    pass.assertProofUsed()
    if (more) for (const { index, hash } of pass.nodes) this.#known.set(index, hash)
    this.#last = run.end - 1
    return {
      blocks: pass.blocks,
      nodes: roots.concat(pass.nodes),
      frontier: roots.concat(pass.frontier),
      length: this.#length
    }
  }

  /** Compares a node whose hash is trusted with what the blocks below it give. */
  #check(pass: Pass, first: number, size: number): void {
    const passed = this.#last >= first && this.#last < first + size
    if (passed && !isInside(first, size, pass.run)) {
      for (const child of [first, first + size / 2]) {
        if (!isApart(child, size / 2, pass.run)) this.#check(pass, child, size / 2)
      }
      return
    }
    const expected = this.#known.get(indexOf(first, size))
    if (expected === undefined || !equalBytes(pass.compute(first, size, true), expected)) {
      throw new VerificationError(`the blocks from ${pass.run.start} on do not lead to the feed's id`)
    }
  }

  #trustRoots(claimed: RangeClaim['roots']): TreeNode[] {
    const { blocks, hashes } = claimed ?? { blocks: 0, hashes: new Uint8Array(0) }
    const roots = fullRoots(blocks).map((index, i) => ({
      index,
      hash: hashes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES)
    }))
    if (hashes.length !== roots.length * HASH_BYTES) throw new VerificationError(`${blocks} blocks have other roots`)
    verifyRoots(this.#hash, this.#id, blocks, roots)
    for (const { index, hash } of roots) this.#known.set(index, hash)
    this.#tops = roots.map(({ index }) => subtreeOf(index, depth(index)))
    this.#length = blocks
    return roots
  }
}

/** One pass over the tree above the blocks of one answer. */
class Pass {
  readonly run: Run
  readonly blocks: StoredBlock[] = []
  readonly nodes: TreeNode[] = []
  readonly frontier: TreeNode[] = []
  readonly #hash: TreeHash
  readonly #proof: Uint8Array
  #used = 0

  constructor(hash: TreeHash, run: Run, { blocks, proof }: RangeClaim) {
    this.#hash = hash
    this.#proof = proof
    this.run = run
    for (const [i, data] of blocks.entries()) this.blocks.push({ index: run.start + i, hash: hash.leaf(data), data })
  }

  /** The hash of a node that has some of the blocks below it. `outer`: the node is not below one that is all inside. */
  compute(first: number, size: number, outer: boolean): Uint8Array {
    const index = indexOf(first, size)
    let hash: Uint8Array
    const inside = !outer || isInside(first, size, this.run)
    if (size === 1) {
      hash = (this.blocks[first - this.run.start] as StoredBlock).hash
    } else {
      const half = size / 2
      const left = isApart(first, half, this.run) ? this.#take(first, half) : this.compute(first, half, !inside)
      const behind = first + half
      const right = isApart(behind, half, this.run) ? this.#take(behind, half) : this.compute(behind, half, !inside)
      hash = this.#hash.parent(left, right)
    }
    const node = { index, hash }
    this.nodes.push(node)
    if (outer) this.frontier.push(node)
    return hash
  }

  assertProofUsed(): void {
    if (this.#used !== this.#proof.length) throw new VerificationError('the proof is too long')
  }

  /** The next hash of the proof. A copy: a view would keep the whole frame. */
  #take(first: number, size: number): Uint8Array {
    const end = this.#used + HASH_BYTES
    if (end > this.#proof.length) throw new VerificationError('the proof is too short')
    const node = { index: indexOf(first, size), hash: this.#proof.slice(this.#used, end) }
    this.#used = end
    this.nodes.push(node)
    this.frontier.push(node)
    return node.hash
  }
}
