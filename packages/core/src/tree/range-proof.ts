import { indexOf, isApart, isInside, type Run, type Subtree } from './subtree.ts'

/**
 * The tree indexes of the proof for a run of blocks below trusted nodes, left to right (docs/protocol.md, range
 * requests): of each node that has some of the run's blocks below it and others too, the child that has none of them.
 *
 * `known` is a block of which the asker has had the proof, -1 for none: of a node above it, both children are known.
 */
export function rangeProofIndexes(run: Run, tops: readonly Subtree[], known: number): number[] {
  const indexes: number[] = []
  for (const { first, size } of tops) if (!isApart(first, size, run)) visit(first, size, run, known, indexes)
  return indexes
}

function visit(first: number, size: number, run: Run, known: number, indexes: number[]): void {
  if (isInside(first, size, run)) return
  const half = size / 2
  const isKnown = known >= first && known < first + size
  for (const child of [first, first + half]) {
    if (!isApart(child, half, run)) visit(child, half, run, known, indexes)
    else if (!isKnown) indexes.push(indexOf(child, half))
  }
}
