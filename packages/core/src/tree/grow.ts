import type { TreeNode } from '@anyfeed/interfaces'
import { parent } from './flat-tree.ts'
import type { TreeHash } from './tree-hash.ts'

/** A feed's tree with more leaves. */
export interface Growth {
  /** The leaves, and all parents that they completed. */
  readonly nodes: readonly TreeNode[]
  /** The full roots, left to right: at most 52 nodes, however long the feed. */
  readonly roots: readonly TreeNode[]
}

/** Adds leaves to the tree of a feed of `blocks` blocks, of which the full roots are all that must be known. */
export function grow(
  hash: TreeHash,
  before: readonly TreeNode[],
  blocks: number,
  leaves: Iterable<Uint8Array>
): Growth {
  const nodes: TreeNode[] = []
  const roots = [...before]
  let count = blocks
  for (const leaf of leaves) {
    let top: TreeNode = { index: 2 * count, hash: leaf }
    nodes.push(top)
    // As in counting, each one that ends the count so far is carried: a root as high as what is above the leaf.
    for (let rest = count++; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = roots.pop() as TreeNode
      top = { index: parent(top.index), hash: hash.parent(left.hash, top.hash) }
      nodes.push(top)
    }
    roots.push(top)
  }
  return { nodes, roots }
}
