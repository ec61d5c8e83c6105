import type { Clock } from '@anyfeed/interfaces'

const SECOND = 1000

/** Allows so many dials in any second, wherever it begins. */
export class DialRate {
  readonly #clock: Clock
  readonly #times: number[]
  #oldest = 0

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#times = new Array(perSecond).fill(-Infinity)
  }

  /** Milliseconds until the next dial is allowed; 0 when it is now. */
  get wait(): number {
    return Math.max(0, (this.#times[this.#oldest] as number) + SECOND - this.#clock.now())
  }

  /** A dial begins. */
  count(): void {
    this.#times[this.#oldest] = this.#clock.now()
    this.#oldest = (this.#oldest + 1) % this.#times.length
  }
}
