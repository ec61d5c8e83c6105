// Index arithmetic of the flat in-order tree (PROTOCOL section 1). Block b is leaf 2b; a node at depth d covers 2^d
// leaves. Indexes go up to 2^53 - 1: 32-bit operators see their lowest bits alone.

/** The number of a node's generations of children: 0 for a leaf. It is the count of trailing one bits of the index. */
export function depth(index: number): number {
  const next = index + 1
  const bit = next & -next
  return bit === 0 ? 32 + depth(next / 2 ** 32 - 1) : 31 - Math.clz32(bit)
}

/** The node above. */
export function parent(index: number): number {
  const half = 2 ** depth(index)
  // Every other node of a depth is a left child.
  return Math.floor(index / half / 2) % 2 === 0 ? index + half : index - half
}

/** The other child of the node above. */
export function sibling(index: number): number {
  return 2 * parent(index) - index
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
