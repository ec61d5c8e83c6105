import { type CaseResult, createRunner, type Runner, stackConformance } from '@anyfeed/conformance'
import { type Cell, type NamedCell, nameOf, stackOf } from './cell.ts'

/** What came of one cell. */
export interface CellResult extends NamedCell {
  readonly passed: number
  readonly skipped: ReadonlyArray<{ readonly name: string; readonly reason: string }>
  readonly failed: ReadonlyArray<{ readonly name: string; readonly error: string }>
  /** Why there can be no such stack; `null` when there is. */
  readonly cannot: string | null
}

/** Runs the suite of a cell, which `describeSuite` hands to a runner. */
export async function runSuite(cell: NamedCell, describeSuite: (runner: Runner) => void): Promise<CellResult> {
  const runner = createRunner()
  describeSuite(runner)
  return countCases(cell, await runner.run())
}

export async function runCell(cell: Cell): Promise<CellResult> {
  const stack = await stackOf(cell)
  if ('cannot' in stack) return { ...countCases(nameOf(cell), []), cannot: stack.cannot }
  return await runSuite(nameOf(cell), (runner) => stackConformance(runner, stack))
}

export function countCases(cell: NamedCell, results: readonly CaseResult[]): CellResult {
  return {
    ...cell,
    passed: results.filter(({ status }) => status === 'passed').length,
    skipped: results.flatMap(({ name, status, reason }) =>
      status === 'skipped' ? { name, reason: reason ?? '' } : []
    ),
    failed: results.flatMap(({ name, status, error }) => (status === 'failed' ? { name, error: error ?? '' } : [])),
    cannot: null
  }
}
