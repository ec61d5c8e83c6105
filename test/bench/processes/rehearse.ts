import { relay } from '../links/relay.ts'
import { works } from '../works/works.ts'
import { programOf, type Task } from './task.ts'

/** Does a measurement within this process: quick, and no measure of anything. What serves is left to the process's end. */
export async function rehearse({ work: name, who, size, folder }: Task): Promise<number> {
  const work = works[name]
  if (work === undefined) throw new TypeError(`no such work: ${name}`)
  const program = programOf(work, who)
  const holders = work.holders ?? 1
  const served = await Promise.all(
    Array.from({ length: program.serve === undefined ? 0 : holders }, async (_, holder) => {
      const each = await program.serve?.(size, { holder, holders, folder })
      if (each === undefined || work.link === undefined) return each as NonNullable<typeof each>
      return { ...each, port: await relay(each.port, work.link) }
    })
  )
  return program.run(size, served, { holder: 0, holders, folder })
}
