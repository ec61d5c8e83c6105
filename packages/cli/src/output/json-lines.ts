import type { Writable } from 'node:stream'
import type { Event } from './events.ts'
import type { Reporter } from './reporter.ts'

/** What happens meanwhile, and is no result. */
const ASIDES: ReadonlySet<Event['event']> = new Set(['progress', 'peer', 'looking'])

/** One object a line. `quiet` leaves out what is not a result. */
export class JsonLines implements Reporter {
  readonly #out: Writable
  readonly #quiet: boolean

  constructor(out: Writable, quiet: boolean) {
    this.#out = out
    this.#quiet = quiet
  }

  report(event: Event): void {
    if (this.#quiet && ASIDES.has(event.event)) return
    this.#out.write(`${JSON.stringify(event)}\n`)
  }

  close(): void {}
}
