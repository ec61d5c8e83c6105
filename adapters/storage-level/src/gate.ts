import { ClosedError } from '@anyfeed/interfaces'

/** Lets calls in while the store is open, and knows when the last of them is out. */
export class Gate {
  #state: 'new' | 'open' | 'closed' = 'new'
  #inside = 0
  #emptied: (() => void) | undefined

  get closed(): boolean {
    return this.#state === 'closed'
  }

  open(): void {
    this.#state = 'open'
  }

  /** Throws a {@link ClosedError} unless the store is open. */
  assertOpen(): void {
    if (this.#state !== 'open') throw new ClosedError(`the store is ${this.closed ? 'closed' : 'not open'}`)
  }

  /** Calls `run` at once, or rejects with a {@link ClosedError}. */
  async run<T>(run: () => Promise<T>): Promise<T> {
    this.assertOpen()
    this.#inside++
    try {
      return await run()
    } finally {
      this.#inside--
      if (this.#inside === 0) this.#emptied?.()
    }
  }

  /** Lets nobody in any more; resolves when all are out. */
  async close(): Promise<void> {
    this.#state = 'closed'
    if (this.#inside > 0) await new Promise<void>((resolve) => (this.#emptied = resolve))
  }
}
