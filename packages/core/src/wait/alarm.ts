import type { Clock, Timer } from '@anyfeed/interfaces'
import { MAX_DELAY } from './max-delay.ts'

/** A timer that is set anew again and again. A time that is very far away is cut short: look at the clock when it rings. */
export class Alarm {
  readonly #clock: Clock
  readonly #onRing: () => void
  #timer: Timer | undefined

  constructor(clock: Clock, onRing: () => void) {
    this.#clock = clock
    this.#onRing = onRing
  }

  get isSet(): boolean {
    return this.#timer !== undefined
  }

  /** Rings at this time of the clock, instead of another; never, if it is infinite. */
  set(time: number): void {
    this.stop()
    if (time === Infinity) return
    const ring = () => {
      this.#timer = undefined
      this.#onRing()
    }
    this.#timer = this.#clock.setTimeout(ring, Math.min(MAX_DELAY, Math.max(1, time - this.#clock.now())))
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
