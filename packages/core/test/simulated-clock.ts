import type { Clock, Timer } from '@anyfeed/interfaces'
import { turn } from './until.ts'

interface Pending {
  readonly at: number
  readonly callback: () => void
}

/** A clock that stands still until it is told to go on. */
export class SimulatedClock implements Clock {
  readonly #timers = new Set<Pending>()
  #now = 0

  now = (): number => this.#now

  setTimeout = (callback: () => void, ms: number): Timer => {
    if (!(ms >= 0) || ms > 2 ** 31 - 1) throw new RangeError(`no timer takes ${ms} ms`)
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout = (timer: Timer): void => {
    this.#timers.delete(timer as Pending)
  }

  /** How many timers are pending. */
  get timers(): number {
    return this.#timers.size
  }

  /** Lets `ms` milliseconds pass; what timers set going has some turns before the next one fires. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await turn()
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
      await turn()
    }
    this.#now = end
    await turn()
  }

  /** Lets time pass, with a few turns between timers, until something holds. Throws when nothing more would happen. */
  async until(holds: () => boolean): Promise<void> {
    for (;;) {
      await turn(2)
      if (holds()) return
      let next: Pending | undefined
      for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer
      if (next === undefined) throw new Error(`it never came to this: ${holds}`)
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
    }
  }
}
