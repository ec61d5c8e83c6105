// Puts up all processes of one measurement, and tells the parent the result: `node stage.child.ts TASK run|prepare`.
// They are this process's children so that one namespace holds them all.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Served } from '../work.ts'
import { works } from '../works/works.ts'
import { message } from './message.ts'
import { programOf, type Task } from './task.ts'

const [json = '', role = 'run'] = process.argv.slice(2)
const task = JSON.parse(json) as Task
const work = works[task.work]
if (work === undefined) throw new TypeError(`no such work: ${task.work}`)
const children: ChildProcess[] = []
process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', () => process.exit(1))
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

process.send?.(await (role === 'prepare' ? message(start('side', json, 'prepare')) : perform()), () => process.exit(0))

async function perform(): Promise<unknown> {
  const holders = programOf(work as NonNullable<typeof work>, task.who).serve === undefined ? 0 : (work?.holders ?? 1)
  const served = (await Promise.all(
    Array.from({ length: holders }, (_, holder) => message(start('side', json, 'serve', String(holder))))
  )) as Served[]
  return message(start('side', json, 'run', JSON.stringify(await linked(served))))
}

/** Puts the line's link before each holder, if it has one. */
async function linked(served: Served[]): Promise<Served[]> {
  if (work?.link === undefined || served.length === 0) return served
  const relays = start('relay', JSON.stringify(work.link), ...served.map(({ port }) => String(port)))
  const ports = (await message(relays)) as number[]
  return served.map((each, i) => ({ ...each, port: ports[i] as number }))
}

function start(what: 'side' | 'relay', ...args: string[]): ChildProcess {
  const file = what === 'side' ? './side.child.ts' : '../links/relay.child.ts'
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args)
  children.push(child)
  return child
}
