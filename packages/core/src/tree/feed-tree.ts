import { type FeedStorage, StorageError, type TreeNode } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { concatBytes } from '../bytes/concat.ts'
import { fullRoots } from './flat-tree.ts'
import { NodeCache } from './node-cache.ts'
import { proofIndexes } from './proof.ts'
import { rangeProofIndexes } from './range-proof.ts'
import { RangeVerifier, type TrustedTop, type VerifiedRun } from './range-verifier.ts'
import { indexOf, isInside, type Run, runBelow } from './subtree.ts'
import type { TreeHash } from './tree-hash.ts'
import { type Claim, type NeedsNodes, verifyAlone, verifyBlock } from './verifier.ts'

const NOTHING = new Uint8Array(0)

/** Where a feed's nodes are stored. */
type NodeStorage = Pick<FeedStorage, 'getNodes'>

/** The feed whose tree it is. */
export interface TreeFeed {
  readonly id: Uint8Array
  readonly hash: TreeHash
  /** Only once it has opened. */
  readonly storage: NodeStorage
}

/** The trusted part of one feed's tree: what is at hand, and what the store has. */
export class FeedTree {
  readonly id: Uint8Array
  readonly hash: TreeHash
  readonly #feed: TreeFeed
  #cache = new NodeCache()
  /** The feed's length, 0 while it is not known. */
  blocks = 0
  /** The hashes of the roots, left to right. */
  #rootHashes: Uint8Array = NOTHING
  // Made when it is asked for: many feeds may be open and idle.
  #rootsByIndex: ReadonlyMap<number, Uint8Array> | undefined
  /** Grows whenever what was trusted may not be so any more. */
  epoch = 0

  constructor(feed: TreeFeed) {
    this.hash = feed.hash
    this.id = feed.id
    this.#feed = feed
  }

  /** The length and the hashes of the roots, left to right, for one who does not know them. */
  get rootHashes(): { blocks: number; hashes: Uint8Array } {
    return { blocks: this.blocks, hashes: this.#rootHashes }
  }

  node(index: number): Uint8Array | undefined {
    return this.#roots.get(index) ?? this.#cache.get(index)
  }

  /** The number of blocks and the roots, left to right, are known, and trusted. */
  setRoots(blocks: number, roots: readonly TreeNode[]): void {
    this.blocks = blocks
    this.#rootHashes = concatBytes(roots.map(({ hash }) => hash))
    this.#rootsByIndex = undefined
  }

  /** Adds what was verified to what is at hand; the first block brings the feed's length and roots. */
  trust({ length, roots, frontier }: VerifiedRun): void {
    if (roots.length > 0) this.setRoots(length, roots)
    for (const { index, hash } of frontier) this.#cache.set(index, hash)
  }

  /**
   * Verifies a block with its proof, or names the nodes that must be `loaded` for that. Throws a `VerificationError`
   * when it does not lead to the feed's id.
   */
  verify(claim: Claim, loaded?: ReadonlyMap<number, Uint8Array>): VerifiedRun | NeedsNodes {
    try {
      return verifyBlock(this, claim, loaded)
    } catch (error) {
      // A node that the store gave back damaged must not make a liar of an honest peer: the id has the last word.
      const verified = verifyAlone(this.hash, this.id, claim)
      if (!verified) throw error
      this.forget()
      return verified
    }
  }

  /** Verifies the answers to a request that rests on this; `undefined`: the first must bring the roots. */
  verifier(trusted?: TrustedTop): RangeVerifier {
    return new RangeVerifier(this.hash, this.id, trusted)
  }

  /**
   * The lowest node at hand that is above a run of blocks, which must lie below one root; `undefined` while the feed's
   * length is not known. `rootsOnly`: that root itself.
   */
  trustedAbove({ start, end }: Run, rootsOnly: boolean): TrustedTop | undefined {
    for (let size = 1; size < 2 * this.blocks; size *= 2) {
      const first = start - (start % size)
      if (first + size < end) continue
      const index = indexOf(first, first + size)
      const root = this.#roots.get(index)
      const hash = root ?? (rootsOnly ? undefined : this.#cache.get(index))
      if (hash) return { top: { index, hash }, isRoot: root !== undefined, length: this.blocks }
    }
    return undefined
  }

  /** The block behind the last one below the root that is above a block. */
  rootEnd(block: number): number {
    for (const index of this.#roots.keys()) {
      const { end } = runBelow(index)
      if (block < end) return end
    }
    return Infinity
  }

  /** Whether a node of the tree is above all blocks from `start` to `end`, exclusive. */
  isAbove(index: number, start: number, end: number): boolean {
    const run = runBelow(index)
    return isInside(start, end, run) && run.end <= this.blocks
  }

  /** The hashes of the proof of each run below `top`, or below the roots, one run after the other: 32 bytes each. */
  async proveRuns(runs: readonly Run[], top: number | undefined, known: number): Promise<Uint8Array[]> {
    const indexes = top === undefined ? [...this.#roots.keys()] : [top]
    const tops = indexes.map(runBelow)
    let last = known
    const proofs = runs.map((run) => {
      const proof = rangeProofIndexes(run, tops, last)
      last = run.end - 1
      return proof
    })
    const found = await this.load(proofs.flat())
    return proofs.map((proof) => concatBytes(proof.map((index) => present(found.get(index), index))))
  }

  /** Forgets all that is not in the store. */
  forget(): void {
    this.epoch++
    this.#cache = new NodeCache()
  }

  /** Reads the roots of a feed of `blocks` blocks from the store. */
  async loadRoots(blocks: number): Promise<void> {
    const roots = await readRoots(this.#feed.storage, blocks)
    if (!equalBytes(this.hash.id(roots), this.id)) {
      throw new StorageError('the roots are damaged in the store: delete the feed')
    }
    this.setRoots(blocks, roots)
  }

  /** Nodes from the store, those among `indexes` that it has, which are at hand from now on. */
  async load(indexes: readonly number[]): Promise<Map<number, Uint8Array>> {
    const { epoch } = this
    const found = new Map<number, Uint8Array>()
    const missing: number[] = []
    for (const index of indexes) {
      const hash = this.node(index)
      if (!hash) missing.push(index)
      else found.set(index, hash)
    }
    if (missing.length === 0) return found
    const hashes = await this.#feed.storage.getNodes(missing)
    if (epoch !== this.epoch) return this.load(indexes)
    for (const [i, index] of missing.entries()) {
      const hash = hashes[i]
      if (!hash) continue
      found.set(index, hash)
      this.#cache.set(index, hash)
    }
    return found
  }

  /** The full proof of a block that is here, in the order of the wire. */
  async proof(block: number): Promise<TreeNode[]> {
    const indexes = proofIndexes(block, this.blocks)
    const found = await this.load(indexes)
    return indexes.map((index) => ({ index, hash: present(found.get(index), index) }))
  }

  get #roots(): ReadonlyMap<number, Uint8Array> {
    const hashes = this.#rootHashes
    this.#rootsByIndex ??= new Map(
      fullRoots(this.blocks).map((index, i) => [index, hashes.subarray(32 * i, 32 * i + 32)])
    )
    return this.#rootsByIndex
  }
}

/** The stored roots of a feed of `blocks` blocks, left to right. */
export async function readRoots(storage: NodeStorage, blocks: number): Promise<TreeNode[]> {
  const indexes = fullRoots(blocks)
  const hashes = await storage.getNodes(indexes)
  return indexes.map((index, i) => ({ index, hash: present(hashes[i], index) }))
}

function present(hash: Uint8Array | undefined, index: number): Uint8Array {
  if (!hash) throw new StorageError(`node ${index} is missing in the store`)
  return hash
}
