import { depth } from './flat-tree.ts'

// A node of the tree stands for the run of blocks below it: as many as a power of two, from a multiple of that on.

/** A run of blocks: `start` to `end`, exclusive. */
export interface Run {
  readonly start: number
  readonly end: number
}

/** The tree index of the node above these blocks (PROTOCOL section 1). */
export function indexOf(start: number, end: number): number {
  return start + end - 1
}

/** The blocks below a node. */
export function runBelow(index: number): Run {
  const size = 2 ** depth(index)
  return { start: (index + 1 - size) / 2, end: (index + 1 + size) / 2 }
}

/** Whether none of the run's blocks is from `start` to `end`. */
export function isApart(start: number, end: number, run: Run): boolean {
  return end <= run.start || start >= run.end
}

/** Whether all blocks from `start` to `end` are in the run. */
export function isInside(start: number, end: number, run: Run): boolean {
  return start >= run.start && end <= run.end
}
