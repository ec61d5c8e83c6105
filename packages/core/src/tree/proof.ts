import { fullRoots, parent, sibling } from './flat-tree.ts'
import { runBelow } from './subtree.ts'

/**
 * The tree indexes of the sibling and the uncles of a block's leaf, from the leaf up, as far as they lie wholly inside
 * a feed of `blocks` blocks (PROTOCOL section 1, proof for block b, part 1).
 */
export function uncles(block: number, blocks: number): number[] {
  const indexes: number[] = []
  for (let uncle = sibling(2 * block); runBelow(uncle).end <= blocks; uncle = sibling(parent(uncle)))
    indexes.push(uncle)
  return indexes
}

/** The tree indexes of the full proof for a block, in the order of the wire: its uncles, then all roots. */
export function proofIndexes(block: number, blocks: number): number[] {
  return [...uncles(block, blocks), ...fullRoots(blocks)]
}
