// `npm run bench -- [--only WORK] [--rounds N] [--json FILE]`: each line beside a bare program that does only the
// unavoidable work, in turn, in fresh processes. Absolute figures mean little; the ratio is what counts.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measure } from './measure.ts'
import { works } from './works.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' }, json: { type: 'string' } }
})
const names = Object.keys(works).filter((name) => values.only === undefined || name === values.only)
if (names.length === 0) {
  console.error(`no such work: ${values.only}; there are ${Object.keys(works).join(', ')}`)
  process.exit(2)
}

const lines = []
console.log('| work | bare program | unit | bare | anyfeed | ratio | goal |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const name of names) {
  const work = works[name] as (typeof works)[string]
  const limit: number[] = []
  const ours: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const bare = await measure(name, work, 'limit')
    const mine = await measure(name, work, 'ours')
    limit.push(bare)
    ours.push(mine)
    ratios.push(mine / bare)
  }
  const line = {
    work: name,
    unit: work.unit,
    limit: median(limit),
    ours: median(ours),
    ofLimit: median(ratios),
    goal: work.goal
  }
  lines.push(line)
  const goal = line.goal === undefined ? '' : line.goal.toFixed(2)
  console.log(
    `| ${work.title} | ${work.bare} | ${work.unit} | ${line.limit.toFixed(0)} | ${line.ours.toFixed(0)} | ${line.ofLimit.toFixed(2)} | ${goal} |`
  )
}
if (values.json !== undefined) writeFileSync(values.json, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
