// Index arithmetic of the flat in-order tree (PROTOCOL section 1). Block b is leaf 2b; a node at depth d covers 2^d
// leaves. Indexes go up to 2^53 - 1, so nothing here uses 32-bit operators on them unless they are known to fit.

const TWO_31 = 2 ** 31

/** The number of a node's generations of children: 0 for a leaf. It is the count of trailing one bits of the index. */
export function depth(index: number): number {
  if (index < TWO_31) return 31 - Math.clz32(~index & (index + 1))
  const low = index % TWO_31
  return low === TWO_31 - 1 ? 31 + depth(Math.floor(index / TWO_31)) : depth(low)
}

/** The node above. */
export function parent(index: number): number {
  const span = 2 ** (depth(index) + 1)
  return isLeftChild(index, span) ? index + span / 2 : index - span / 2
}

/** The other child of the node above. */
export function sibling(index: number): number {
  const span = 2 ** (depth(index) + 1)
  return isLeftChild(index, span) ? index + span : index - span
}

/** Whether the node is the left one of its parent's children; `span` is 2^(depth + 1). */
function isLeftChild(index: number, span: number): boolean {
  return Math.floor(index / span) % 2 === 0
}

/** The index of the rightmost leaf below the node. */
export function rightSpan(index: number): number {
  return index + 2 ** depth(index) - 1
}

/** The indexes of the full roots of a feed of `blocks` blocks: its largest perfect subtrees, left to right. */
export function fullRoots(blocks: number): number[] {
  const roots: number[] = []
  let first = 0
  let size = 1
  while (size * 2 <= blocks) size *= 2
  for (; first < blocks; size /= 2) {
    if (first + size > blocks) continue
    roots.push(2 * first + size - 1)
    first += size
  }
  return roots
}

/** The number of blocks of a feed whose last root is `lastRoot`. */
export function blocksFromLastRoot(lastRoot: number): number {
  return (rightSpan(lastRoot) + 2) / 2
}
