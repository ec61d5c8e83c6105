import type { Clock } from '@anyfeed/interfaces'

interface Pending {
  readonly at: number
  readonly callback: () => void
}

/** Time that passes when it is told to. */
export class SimulatedClock implements Clock {
  #now = 0
  readonly #pending = new Set<Pending>()

  /** How many timers are set. */
  get timers(): number {
    return this.#pending.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, ms: number): Pending {
    const pending = { at: this.#now + ms, callback }
    this.#pending.add(pending)
    return pending
  }

  clearTimeout(timer: unknown): void {
    this.#pending.delete(timer as Pending)
  }

  /** Runs what falls due within `ms` milliseconds, in its order; each callback's promises run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const due = this.#first()
      if (due === undefined || due.at > end) break
      this.#pending.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = end
  }

  #first(): Pending | undefined {
    let first: Pending | undefined
    for (const pending of this.#pending) if (first === undefined || pending.at < first.at) first = pending
    return first
  }
}
