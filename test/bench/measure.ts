import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Work } from './work.ts'

const side = fileURLToPath(new URL('side.ts', import.meta.url))

/** One run of one half of a line, each role in a fresh process; resolves with units a second. */
export async function measure(name: string, work: Work, half: 'ours' | 'limit'): Promise<number> {
  const server = work[half].serve === undefined ? undefined : fork(side, [name, half, 'serve'])
  try {
    const address = server === undefined ? '' : ((await message(server)) as string)
    const runner = fork(side, [name, half, 'run', address])
    const seconds = (await message(runner)) as number
    return work.amount / seconds
  } finally {
    server?.disconnect()
  }
}

async function message(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const exited = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`a process of the benchmark ended with code ${code}`)
  })
  exited.catch(() => {})
  const [value] = await Promise.race([once(child, 'message', { signal: over.signal }), exited])
  over.abort()
  return value
}
