import type { Cell } from './cells.ts'
import { discoveryParts, storageParts, transportParts } from './parts.ts'

/** Few of these cells, in which each two adapters are together that are so in any of them. */
export function coveringCells(cells: readonly Cell[]): Cell[] {
  const chosen: Cell[] = []
  const missing = new Set(cells.flatMap(pairsOf))
  while (missing.size > 0) {
    // The one with the most pairs that no other one has yet.
    const fresh = (cell: Cell) => pairsOf(cell).filter((pair) => missing.has(pair)).length
    const best = cells.reduce((best, cell) => (fresh(cell) > fresh(best) ? cell : best))
    chosen.push(best)
    for (const pair of pairsOf(best)) missing.delete(pair)
  }
  return chosen
}

/** The pairs of adapters of a cell. */
export function pairsOf({ storage, transport, discovery }: Cell): string[] {
  const s = `storage ${storageParts.indexOf(storage)}`
  const t = `transport ${transportParts.indexOf(transport)}`
  const d = `discovery ${discoveryParts.indexOf(discovery)}`
  return [`${s} ${t}`, `${s} ${d}`, `${t} ${d}`]
}
