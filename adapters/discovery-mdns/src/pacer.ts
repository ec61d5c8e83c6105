import type { Clock, Timer } from '@anyfeed/interfaces'

/** Sends its next packet and says so; `false` when it has none. */
export type Lane = () => boolean

/** How much of a second's packets may leave at once after a silence. */
const BURST = 0.2

/** Lets packets out at a bounded rate, one lane after the other, so that no lane waits behind another's thousands. */
export class Pacer {
  readonly #clock: Clock
  readonly #rate: number
  readonly #burst: number
  readonly #lanes: readonly Lane[]
  #tokens: number
  #counted: number
  #next = 0
  #timer: Timer
  #waiting = false
  #closed = false

  /** `rate` is in packets a second. */
  constructor(clock: Clock, rate: number, lanes: readonly Lane[]) {
    this.#clock = clock
    this.#rate = rate
    this.#burst = Math.max(1, rate * BURST)
    this.#lanes = lanes
    this.#tokens = this.#burst
    this.#counted = clock.now()
  }

  /** To be called when a lane has something to send. What is told within one turn is sent together. */
  wake(): void {
    if (this.#waiting || this.#closed) return
    this.#waiting = true
    queueMicrotask(() => this.#run())
  }

  close(): void {
    this.#closed = true
    this.#clock.clearTimeout(this.#timer)
  }

  #run(): void {
    this.#waiting = false
    if (this.#closed) return
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#counted) * this.#rate) / 1000)
    this.#counted = now
    while (this.#tokens >= 1) {
      if (!this.#sendOne()) return
      this.#tokens--
    }
    this.#waiting = true
    const ms = Math.max(1, ((1 - this.#tokens) * 1000) / this.#rate)
    this.#timer = this.#clock.setTimeout(() => this.#run(), ms)
  }

  #sendOne(): boolean {
    for (let tries = 0; tries < this.#lanes.length; tries++) {
      const lane = this.#lanes[this.#next++ % this.#lanes.length]
      if (lane?.()) return true
    }
    return false
  }
}
