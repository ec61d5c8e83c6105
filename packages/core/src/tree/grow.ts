import type { TreeNode } from '@anyfeed/interfaces'
import { depth, parent } from './flat-tree.ts'
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
  let index = 2 * blocks
  for (const leaf of leaves) {
    let top: TreeNode = { index, hash: leaf }
    nodes.push(top)
    for (let left = roots.at(-1); left !== undefined && depth(left.index) === depth(top.index); left = roots.at(-1)) {
      roots.pop()
      top = { index: parent(top.index), hash: hash.parent(left.hash, top.hash) }
      nodes.push(top)
    }
    roots.push(top)
    index += 2
  }
  return { nodes, roots }
}
