import type { Run } from '../tree/subtree.ts'

/** The runs that some make together, in ascending order, none touching the next. */
export function mergeRuns(runs: Iterable<Run>): Run[] {
  const merged: Array<{ start: number; end: number }> = []
  for (const { start, end } of [...runs].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}
