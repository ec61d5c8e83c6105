import type { Clock, Timer } from '@anyfeed/interfaces'

/** A clock that stands still until it is told to go on. */
export class SimulatedClock implements Clock {
  readonly #timers = new Map<number, { readonly due: number; readonly callback: () => void }>()
  #now = 0
  #next = 1

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const id = this.#next++
    this.#timers.set(id, { due: this.#now + ms, callback })
    return id
  }

  clearTimeout(timer: Timer): void {
    this.#timers.delete(timer as number)
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size
  }

  /** Lets time pass, one timer after the other, each with whatever follows from it. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    for (;;) {
      const [id, timer] = [...this.#timers].sort(([, a], [, b]) => a.due - b.due)[0] ?? []
      if (id === undefined || timer === undefined || timer.due > until) break
      this.#timers.delete(id)
      this.#now = Math.max(this.#now, timer.due)
      timer.callback()
      await settled()
    }
    this.#now = until
    await settled()
  }
}

/** Resolves when nothing is left to do in this process but to wait. */
export async function settled(): Promise<void> {
  // Promises run before the next turn of the event loop; some of them begin work that takes a turn itself.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
