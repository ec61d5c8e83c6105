import { cpus, release, totalmem, type } from 'node:os'

/** The machine as far as it bears on the figures, in one sentence; nothing that tells whose it is. */
export function machine(): string {
  const [first] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  const kernel = /^\d+\.\d+/.exec(release())?.[0] ?? ''
  return `${first?.model.trim()}, ${cpus().length} cores, ${gib} GiB of memory, ${type()} ${kernel}, Node ${process.version}`
}
