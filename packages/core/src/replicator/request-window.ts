import type { Clock } from '@anyfeed/interfaces'

const INITIAL = 16
const MAX = 4096
/** What may be under way from one peer, by the average size of its blocks so far. */
const MAX_BYTES = 8 * 1024 * 1024
/** How much longer than the quickest answer an answer may take before the window stops growing, in milliseconds. */
const SLACK = 50
/** How long the quickest answer is remembered, in milliseconds: paths change. */
const MEMORY = 10_000

/**
 * How many requests to keep in flight to one peer: as many as the link holds. It grows while answers come as quickly as
 * ever, and shrinks when they begin to queue (the idea of TCP Vegas).
 */
export class RequestWindow {
  readonly #clock: Clock
  #size = INITIAL
  #bytesPerBlock = 0
  #quickest = Infinity
  #quickestAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return Math.max(1, Math.min(Math.floor(this.#size), MAX, Math.floor(MAX_BYTES / Math.max(1, this.#bytesPerBlock))))
  }

  /** The quickest answer lately, in milliseconds; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#quickest === Infinity ? undefined : this.#quickest
  }

  /** A block of `bytes` bytes came `latency` milliseconds after it was asked for, while `inFlight` were under way. */
  delivered(bytes: number, latency: number, inFlight: number): void {
    const now = this.#clock.now()
    if (latency <= this.#quickest || now - this.#quickestAt > MEMORY) {
      this.#quickest = latency
      this.#quickestAt = now
    }
    this.#bytesPerBlock += (bytes - this.#bytesPerBlock) / 8
    if (latency > 2 * this.#quickest + SLACK) this.#size = Math.max(INITIAL, this.#size - 1 / 4)
    else if (inFlight * 2 >= this.size) this.#size = Math.min(MAX, this.#size + 1)
  }

  /** A request was never answered. */
  expired(): void {
    this.#size = Math.max(1, this.#size / 2)
  }
}
