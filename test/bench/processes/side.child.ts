// One process of a measurement: `node side.child.ts TASK serve HOLDER`, or `run SERVED`, or `prepare`.
import type { Served } from '../work.ts'
import { works } from '../works/works.ts'
import { programOf, type Task } from './task.ts'

const [json = '', role, more = ''] = process.argv.slice(2)
const { work: name, who, size, folder } = JSON.parse(json) as Task
const work = works[name]
if (work === undefined) throw new TypeError(`no such work: ${name}`)
const program = programOf(work, who)
const holders = work.holders ?? 1

// Nobody is left to ask, or to be told.
process.once('disconnect', () => process.exit(0))

if (role === 'serve') {
  process.send?.(await program.serve?.(size, { holder: Number(more), holders, folder }))
} else {
  const result =
    role === 'prepare'
      ? await work.prepare?.(size, folder)
      : await program.run(size, JSON.parse(more) as Served[], { holder: 0, holders, folder })
  process.send?.(result ?? 0, () => process.exit(0))
}
