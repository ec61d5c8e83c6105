/** A run of blocks: `start` to `end`, exclusive. */
export interface Run {
  readonly start: number
  readonly end: number
}

/** A node of the tree by the blocks below it: `size` of them, a power of two, from `first` on. */
export interface Subtree {
  readonly first: number
  readonly size: number
}

/** The tree index of the node above these blocks (PROTOCOL section 1). */
export function indexOf(first: number, size: number): number {
  return 2 * first + size - 1
}

/** The subtree of a tree index, given its depth. */
export function subtreeOf(index: number, depth: number): Subtree {
  const size = 2 ** depth
  return { first: (index - size + 1) / 2, size }
}

/** Whether none of the run's blocks is below the node. */
export function isApart(first: number, size: number, run: Run): boolean {
  return first + size <= run.start || first >= run.end
}

/** Whether all blocks below the node are in the run. */
export function isInside(first: number, size: number, run: Run): boolean {
  return first >= run.start && first + size <= run.end
}
