import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

/** A line of `anyfeed --json`: see the type `Event` of the package `anyfeed`. */
export interface JsonEvent {
  readonly event: string
  readonly [member: string]: unknown
}

/** An `anyfeed --json` that runs in a process of its own. */
export class CommandLine {
  readonly #child: ChildProcess
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #events: AsyncIterator<JsonEvent>

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [MAIN, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    this.#exit = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    this.#events = events(child)
  }

  /** The next event that `accept` takes; those before it are passed over. Rejects when there is none. */
  async until(accept: (event: JsonEvent) => boolean): Promise<JsonEvent> {
    for (;;) {
      const { done, value } = await this.#events.next()
      if (done) throw new Error('the process ended before it told what was waited for')
      if (value.event === 'error') throw new Error(String(value.message))
      if (accept(value)) return value
    }
  }

  /** Sends a signal, and resolves with how the process ended. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.#child.kill(signal)
    return this.#exit
  }

  /** Resolves with how the process ended by itself. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#exit
  }
}

async function* events(child: ChildProcess): AsyncGenerator<JsonEvent, void> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    yield JSON.parse(line) as JsonEvent
  }
}
