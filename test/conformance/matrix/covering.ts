import type { NamedCell } from './cell.ts'

/** Few of these cells, in which each two adapters are together that are so in any of them. */
export function coveringCells<C extends NamedCell>(cells: readonly C[]): C[] {
  const chosen: C[] = []
  const missing = new Set(cells.flatMap(pairsOf))
  while (missing.size > 0) {
    // The one with the most pairs that no other one has yet.
    const fresh = (cell: C) => pairsOf(cell).filter((pair) => missing.has(pair)).length
    const best = cells.reduce((best, cell) => (fresh(cell) > fresh(best) ? cell : best))
    chosen.push(best)
    for (const pair of pairsOf(best)) missing.delete(pair)
  }
  return chosen
}

/** The pairs of adapters of a cell. */
export function pairsOf({ storage, transport, discovery }: NamedCell): string[] {
  return [
    `${storage} and the transport ${transport}`,
    `${storage} and the discovery ${discovery}`,
    `${transport} found by ${discovery}`
  ]
}
