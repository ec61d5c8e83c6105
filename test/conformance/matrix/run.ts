// Runs every cell of the matrix, prints it, and writes docs/conformance-matrix.md:
//   npm run conformance [-- --json FILE] [--only TEXT]
// With --only, the cells whose names contain the text are run, and the page is left as it is.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Cell, cells } from './cells.ts'
import { inWords, matrixPage } from './page.ts'
import { discoveryParts, storageParts, transportParts } from './parts.ts'
import { type CellResult, ORIGINAL, runCell, runOriginal } from './run-cell.ts'

const page = fileURLToPath(new URL('../../../docs/conformance-matrix.md', import.meta.url))
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })

const begun = performance.now()
const results: CellResult[] = []
const run = async (cell: Cell, running: (cell: Cell) => Promise<CellResult>) => {
  const began = performance.now()
  const result = await running(cell)
  const name = `${result.storage} × ${result.transport} × ${result.discovery}`
  results.push(result)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${name}: ${inWords(result)}${result.cannot === null ? ` (${seconds} s)` : ` (${result.cannot})`}`)
  for (const { name, error } of result.failed) console.log(`  ${name}: ${error}`)
}

for (const cell of cells) if (wanted(cell.storage.name, cell)) await run(cell, runCell)
for (const cell of cells.filter(({ storage }) => storage === storageParts[0])) {
  if (wanted(ORIGINAL, cell)) await run(cell, runOriginal)
}
await Promise.all([...storageParts, ...transportParts, ...discoveryParts].map((part) => part.stop()))

function wanted(storage: string, { transport, discovery }: Cell): boolean {
  return values.only === undefined || `${storage} × ${transport.name} × ${discovery.name}`.includes(values.only)
}

const skipped = new Map(results.flatMap((result) => result.skipped.map(({ name, reason }) => [name, reason] as const)))
for (const [name, reason] of skipped) console.log(`skipped: ${name}: ${reason}`)
const failed = results.filter((result) => result.failed.length > 0).length
const cannot = results.filter((result) => result.cannot !== null).length
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
console.log(
  `${results.length} cells in ${minutes} minutes: ${results.length - failed - cannot} passed, ${cannot} cannot be, ${failed} failed`
)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
if (values.only === undefined) writeFileSync(page, matrixPage(results))
if (failed > 0) process.exitCode = 1
