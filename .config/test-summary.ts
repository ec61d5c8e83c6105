// Prints "N passed, N failed" from vitest's JSON reports, and fails unless everything that was to run has run and passed.
// Usage: node .config/test-summary.ts (<report> <exit code of the run>)...
import { readFileSync } from 'node:fs'

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: Array<{ status: string; assertionResults: Array<{ status: string }> }>
}

const [, , ...args] = process.argv
let passed = 0
let failed = 0
for (let i = 0; i < args.length || i === 0; i += 2) count(args[i] ?? '', args[i + 1] ?? '1')

console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

/** Adds one run. */
function count(path: string, exitCode: string): void {
  let runPassed = 0
  let runFailed = 0
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report
    runPassed = report.numPassedTests
    // A file that could not even be loaded has no tests in the report: it counts as one that failed.
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
    )
    runFailed = report.numFailedTests + broken.length
  } catch (error) {
    console.log(`there is no report of the tests: ${(error as Error).message}`)
  }
  // No report, no tests, or an error outside of all tests: the run itself has failed.
  if (runFailed === 0 && (exitCode !== '0' || runPassed === 0)) runFailed = 1
  passed += runPassed
  failed += runFailed
}
