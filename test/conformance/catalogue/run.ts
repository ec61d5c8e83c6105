// Prints each promise with the cases and tests that hold it, and writes docs/conformance.md. Fails when a promise has none.
import { writeFileSync } from 'node:fs'
import { cataloguePage } from './page.ts'
import { documentedPromises, interfacePromises, missingElsewhere, protocolPromises } from './promises.ts'

const promises = [...documentedPromises(), ...protocolPromises(), ...interfacePromises()]
for (const { text, cases, tests } of promises) {
  console.log(text)
  for (const name of cases) console.log(`    ${name}`)
  for (const { file, test } of tests) console.log(`    ${file}: ${test}`)
}
const empty = promises.filter(({ cases, tests }) => cases.length + tests.length === 0)
const faults = [...empty.map(({ text }) => `nothing holds: ${text}`), ...missingElsewhere()]
for (const fault of faults) console.error(fault)
console.log(`${promises.length} promises, ${empty.length} without a case`)
if (faults.length > 0) process.exitCode = 1
writeFileSync(new URL('../../../docs/conformance.md', import.meta.url), cataloguePage())
