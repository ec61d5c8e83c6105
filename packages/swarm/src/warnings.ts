import { asError } from './as-error.ts'
import type { SwarmWarning } from './events.ts'

/** Warnings, each told once until what it is about works again. */
export class Warnings {
  readonly #tell: (warning: SwarmWarning) => void
  readonly #told = new Set<string>()

  constructor(tell: (warning: SwarmWarning) => void) {
    this.#tell = tell
  }

  /** Something failed. */
  failed(during: SwarmWarning['during'], part: string, thrown: unknown): void {
    const key = `${during} ${part}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#tell({ during, part, error: asError(thrown) })
  }

  /** It works: the next failure is news again. */
  works(during: SwarmWarning['during'], part: string): void {
    this.#told.delete(`${during} ${part}`)
  }
}
