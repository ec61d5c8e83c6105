import { type CaseResult, createRunner, stackConformance } from '@anyfeed/conformance'
import { type Cell, stackOf } from './cells.ts'
import { originalSuite } from './original-suite.ts'

/** What came of one cell. */
export interface CellResult {
  readonly storage: string
  readonly transport: string
  readonly discovery: string
  readonly passed: number
  readonly skipped: ReadonlyArray<{ readonly name: string; readonly reason: string }>
  readonly failed: ReadonlyArray<{ readonly name: string; readonly error: string }>
  /** Why there can be no such stack; `null` when there is. */
  readonly cannot: string | null
}

/** The row in which one of the peers is the original. */
export const ORIGINAL = 'hypercore 1.8.0 (memdb)'

export async function runCell(cell: Cell): Promise<CellResult> {
  const { storage, transport, discovery } = cell
  const named = { storage: storage.name, transport: transport.name, discovery: discovery.name }
  const stack = await stackOf(cell)
  if ('cannot' in stack) return { ...named, ...counted([]), cannot: stack.cannot }
  const runner = createRunner()
  stackConformance(runner, stack)
  return { ...named, ...counted(await runner.run()), cannot: null }
}

/** As a cell, with hypercore 1.8.0 in the place of some peers; ours have the cell's storage. */
export async function runOriginal(cell: Cell): Promise<CellResult> {
  const named = { storage: ORIGINAL, transport: cell.transport.name, discovery: cell.discovery.name }
  const stack = await stackOf(cell)
  if ('cannot' in stack) return { ...named, ...counted([]), cannot: stack.cannot }
  const runner = createRunner()
  originalSuite(runner, stack)
  return { ...named, ...counted(await runner.run()), cannot: null }
}

function counted(results: readonly CaseResult[]): Pick<CellResult, 'passed' | 'skipped' | 'failed'> {
  return {
    passed: results.filter(({ status }) => status === 'passed').length,
    skipped: results.flatMap(({ name, status, reason }) =>
      status === 'skipped' ? { name, reason: reason ?? '' } : []
    ),
    failed: results.flatMap(({ name, status, error }) => (status === 'failed' ? { name, error: error ?? '' } : []))
  }
}
