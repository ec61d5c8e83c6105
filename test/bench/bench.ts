// `npm run bench -- [--only WORK] [--rounds N] [--json FILE] [--no-peers] [--write]`: each line beside a bare program
// that does only the unavoidable work and beside other systems, in turn. Absolute figures mean little; ratios count.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { availablePeers } from './peers/available.ts'
import { measure } from './processes/measure.ts'
import { hasNamespaces } from './processes/namespace.ts'
import { chart } from './report/chart.ts'
import { jsonLines, type Line, lineOf } from './report/line.ts'
import { machine } from './report/machine.ts'
import { page } from './report/page.ts'
import { LIMITS_HEAD, limitsRow, PEERS_HEAD, peersRows } from './report/table.ts'
import { runRounds } from './rounds.ts'
import type { Work } from './work.ts'
import { works } from './works/works.ts'

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    peers: { type: 'boolean', default: true },
    write: { type: 'boolean', default: false }
  }
})
const rounds = Number(options.rounds)
const names = Object.keys(works).filter((name) => options.only === undefined || name === options.only)
if (names.length === 0) fail(`no such work: ${options.only}; there are ${Object.keys(works).join(', ')}`)
if (!Number.isSafeInteger(rounds) || rounds < 1) fail(`--rounds takes a number from 1, not ${options.rounds}`)

const isolated = hasNamespaces()
const { versions, leftOut } = options.peers ? availablePeers(isolated) : { versions: {}, leftOut: {} }

const lines: Line[] = []
console.log(`${machine()}; rounds: ${rounds}\n\n${LIMITS_HEAD}`)
for (const name of names) {
  const work = works[name] as Work
  const line = await measureLine(name, work)
  lines.push(line)
  console.log(limitsRow(line, work))
  write()
}
console.log(`\n${PEERS_HEAD}`)
for (const line of lines) for (const row of peersRows(line, works[line.work] as Work)) console.log(row)

/** Called after each line, so that a run that is cut short leaves what it has. */
function write(): void {
  if (options.json !== undefined) writeFileSync(options.json, jsonLines(lines))
  if (!options.write) return
  const docs = new URL('../../docs/', import.meta.url)
  const titles = Object.fromEntries(Object.entries(works).map(([name, { title }]) => [name, title]))
  writeFileSync(new URL('benchmarks.md', docs), page({ lines, rounds, machine: machine() }, works))
  writeFileSync(new URL('benchmarks.svg', docs), chart(lines, titles))
}

async function measureLine(name: string, work: Work): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'anyfeed-bench-'))
  const { size } = work
  try {
    if (work.prepare) await measure({ work: name, who: 'ours', size, folder }, { isolated, role: 'prepare' })
    const peers = Object.keys(work.peers).filter((peer) => peer in versions)
    const figures = await runRounds(name, work, { rounds, size, folder, isolated, peers })
    const missing = Object.entries(leftOut).filter(([peer]) => peer in work.peers)
    return lineOf(name, work, { ...figures, leftOut: { ...Object.fromEntries(missing), ...figures.leftOut } }, versions)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
