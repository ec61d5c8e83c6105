import type { Writable } from 'node:stream'
import type { Event } from './events.ts'
import type { Reporter } from './reporter.ts'

/** One object a line. `quiet` leaves out what is not a result. */
export class JsonLines implements Reporter {
  readonly #out: Writable
  readonly #quiet: boolean

  constructor(out: Writable, quiet: boolean) {
    this.#out = out
    this.#quiet = quiet
  }

  report(event: Event): void {
    if (this.#quiet && (event.event === 'progress' || event.event === 'peer')) return
    this.#out.write(`${JSON.stringify(event)}\n`)
  }

  close(): void {}
}
