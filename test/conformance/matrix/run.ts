// Runs every cell of the matrix, prints it, and writes docs/conformance-matrix.md:
//   npm run conformance [-- --json FILE] [--only TEXT]
// With --only, the cells whose names contain the text are run, and the page is left as it is. Cells in a browser need
// Chromium: without it each says that it was left out, and how to get it.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runMatrixRows } from '../../browser/matrix-rows.ts'
import { type NamedCell, nameOf } from './cell.ts'
import { cells } from './cells.ts'
import { inWords, matrixPage, wasLeftOut } from './page.ts'
import { stopParts, storageParts } from './parts.ts'
import { type CellResult, runCell } from './run-cell.ts'
import { ORIGINAL, runOriginal } from './run-original.ts'

const page = fileURLToPath(new URL('../../../docs/conformance-matrix.md', import.meta.url))
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })

const title = ({ storage, transport, discovery }: NamedCell) => `${storage} × ${transport} × ${discovery}`
const isWanted = (cell: NamedCell) => values.only === undefined || title(cell).includes(values.only)

/** All cells that are wanted, one after the other. */
async function* run(): AsyncGenerator<CellResult, void> {
  for (const cell of cells) if (isWanted(nameOf(cell))) yield await runCell(cell)
  for (const cell of cells.filter(({ storage }) => storage === storageParts[0])) {
    if (isWanted({ ...nameOf(cell), storage: ORIGINAL })) yield await runOriginal(cell)
  }
  await stopParts()
  yield* runMatrixRows(isWanted)
}

const begun = performance.now()
let began = begun
const results: CellResult[] = []
for await (const result of run()) {
  results.push(result)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  began = performance.now()
  console.log(
    `${title(result)}: ${inWords(result)}${result.cannot === null ? ` (${seconds} s)` : ` (${result.cannot})`}`
  )
  for (const { name, error } of result.failed) console.log(`  ${name}: ${error}`)
}

const skipped = new Map(results.flatMap((result) => result.skipped.map(({ name, reason }) => [name, reason] as const)))
for (const [name, reason] of skipped) console.log(`skipped: ${name}: ${reason}`)
const left = results.filter(wasLeftOut)
for (const cell of left) console.log(`left out: ${title(cell)}: ${cell.skipped[0]?.reason}`)
const failed = results.filter((result) => result.failed.length > 0).length
const cannot = results.filter((result) => result.cannot !== null).length
const passed = results.length - failed - cannot - left.length
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
console.log(
  `${results.length} cells in ${minutes} minutes: ${passed} passed, ${cannot} cannot be, ${left.length} left out, ${failed} failed`
)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
if (values.only === undefined) writeFileSync(page, matrixPage(results))
if (failed > 0) process.exitCode = 1
