// Prints "N passed, N failed" from vitest's JSON report, and fails unless everything that was to run has run and passed.
// Usage: node .config/test-summary.ts <report> <exit code of the test command>
import { readFileSync } from 'node:fs'

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: Array<{ status: string; assertionResults: Array<{ status: string }> }>
}

const [path = '', exitCode = '1'] = process.argv.slice(2)
let passed = 0
let failed = 0

try {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  passed = report.numPassedTests
  // A file that could not even be loaded has no tests in the report: it counts as one that failed.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
  )
  failed = report.numFailedTests + broken.length
} catch (error) {
  console.log(`there is no report of the tests: ${(error as Error).message}`)
}

// No report, no tests, or an error outside of all tests: the run itself has failed.
if (failed === 0 && (exitCode !== '0' || passed === 0)) failed = 1

console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
