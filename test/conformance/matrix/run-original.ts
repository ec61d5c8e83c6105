import { type Cell, nameOf, stackOf } from './cell.ts'
import { originalSuite } from './original-suite.ts'
import { type CellResult, countCases, runSuite } from './run-cell.ts'

/** The row in which one of the peers is the original. */
export const ORIGINAL = 'hypercore 1.8.0 (memdb)'

/** As a cell, with hypercore 1.8.0 in the place of some peers; ours have the cell's storage. */
export async function runOriginal(cell: Cell): Promise<CellResult> {
  const named = { ...nameOf(cell), storage: ORIGINAL }
  const stack = await stackOf(cell)
  if ('cannot' in stack) return { ...countCases(named, []), cannot: stack.cannot }
  return await runSuite(named, (runner) => originalSuite(runner, stack))
}
