import type { CaseResult } from './own-runner.ts'

const SIGNS = { passed: 'ok', failed: 'FAIL', skipped: 'skipped' } as const

/** One line of the table; more where something is wrong. */
export function row({ name, title, status, reason, error }: CaseResult, width: number): string {
  const told = status === 'skipped' ? reason : title
  const line = `${SIGNS[status].padEnd(8)} ${name.padEnd(width)}  ${told}`.trimEnd()
  return error === undefined ? line : `${line}\n${''.padEnd(9)}${error}`
}

/** The results as a table, a suite after the other, with the counts at the end. */
export function table(results: readonly CaseResult[]): string {
  const width = Math.max(0, ...results.map(({ name }) => name.length))
  const lines: string[] = []
  let suite: string | undefined
  for (const result of results) {
    if (result.suite !== suite) lines.push(...(suite === undefined ? [] : ['']), result.suite)
    suite = result.suite
    lines.push(row(result, width))
  }
  return [...lines, '', counts(results)].join('\n')
}

/** `12 passed, 1 skipped, 0 failed`. */
export function counts(results: readonly CaseResult[]): string {
  const count = (status: CaseResult['status']) => results.filter((result) => result.status === status).length
  return `${count('passed')} passed, ${count('skipped')} skipped, ${count('failed')} failed`
}
