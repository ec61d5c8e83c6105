import type { TreeNode } from '@anyfeed/interfaces'
import { depth, parent } from './flat-tree.ts'
import type { TreeHash } from './tree-hash.ts'

/** Grows a feed's tree leaf by leaf. It holds the roots alone: at most 52 nodes, however long the feed. */
export class MerkleBuilder {
  readonly #hash: TreeHash
  #roots: readonly TreeNode[]
  #blocks: number

  /** Goes on after `blocks` blocks, whose full roots are `roots`, left to right. */
  constructor(hash: TreeHash, blocks = 0, roots: readonly TreeNode[] = []) {
    this.#hash = hash
    this.#blocks = blocks
    this.#roots = roots
  }

  get blocks(): number {
    return this.#blocks
  }

  /** The full roots, left to right. */
  get roots(): readonly TreeNode[] {
    return this.#roots
  }

  /** A copy that grows apart from this one. */
  clone(): MerkleBuilder {
    return new MerkleBuilder(this.#hash, this.#blocks, this.#roots)
  }

  /** Adds leaves with these hashes; returns the leaves and all parents that they completed. */
  append(leaves: Iterable<Uint8Array>): TreeNode[] {
    const added: TreeNode[] = []
    const roots = [...this.#roots]
    for (const hash of leaves) {
      let top: TreeNode = { index: 2 * this.#blocks, hash }
      added.push(top)
      for (let left = roots.at(-1); left !== undefined && depth(left.index) === depth(top.index); left = roots.at(-1)) {
        roots.pop()
        top = { index: parent(top.index), hash: this.#hash.parent(left.hash, top.hash) }
        added.push(top)
      }
      roots.push(top)
      this.#blocks++
    }
    this.#roots = roots
    return added
  }
}
