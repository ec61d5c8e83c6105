import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** The next message of a child. Rejects when it ends without one. */
export async function message(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const exited = once(child, 'exit', { signal: over.signal }).then(([code, signal]) => {
    throw new Error(`a process ended with ${signal ?? `code ${code}`}`)
  })
  exited.catch(() => {})
  try {
    const [value] = await Promise.race([once(child, 'message', { signal: over.signal }), exited])
    return value
  } finally {
    over.abort()
  }
}
