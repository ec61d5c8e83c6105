import { indexOf, isApart, isInside, type Run } from './subtree.ts'

/**
 * The tree indexes of the proof for a run of blocks below trusted nodes, left to right (docs/protocol.md, range
 * requests): of each node that has some of the run's blocks below it and others too, the child that has none of them.
 *
 * `tops` are the trusted nodes, by what is below them. `known` is a block of which the asker has had the proof, -1 for
 * none: of a node above it, both children are known.
 */
export function rangeProofIndexes(run: Run, tops: readonly Run[], known: number): number[] {
  const indexes: number[] = []
  const visit = (start: number, end: number, isKnown: boolean) => {
    if (isApart(start, end, run)) {
      if (!isKnown) indexes.push(indexOf(start, end))
    } else if (!isInside(start, end, run)) {
      const half = (start + end) / 2
      const passed = known >= start && known < end
      visit(start, half, passed)
      visit(half, end, passed)
    }
  }
  for (const { start, end } of tops) visit(start, end, true)
  return indexes
}
