import type { Clock } from '@anyfeed/interfaces'

/** Blocks in flight before anything is known of the peer's link and of the blocks' size. */
const INITIAL = 16
/** Fewer than so many bytes in flight leave even a short link idle. */
const MIN_BYTES = 64 * 1024
const MAX = 65_536
/** What may be under way from one peer, by the average size of its blocks so far. */
const MAX_BYTES = 8 * 1024 * 1024
/** How much longer than the quickest answer an answer may take before the window stops growing, in milliseconds. */
const SLACK = 50
/** How long the quickest answer is remembered, in milliseconds: paths change. */
const MEMORY = 10_000

/**
 * How many blocks to keep in flight from one peer: as many as the link holds. It grows while answers come as quickly as
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

  /** How many blocks may be in flight. */
  get size(): number {
    const blockBytes = Math.max(1, this.#bytesPerBlock)
    const least = this.#bytesPerBlock === 0 ? 1 : MIN_BYTES / blockBytes
    return Math.max(1, Math.floor(Math.min(Math.max(this.#size, least), MAX, MAX_BYTES / blockBytes)))
  }

  /** The average size of the blocks that came lately, in bytes; 0 before the first. */
  get bytesPerBlock(): number {
    return this.#bytesPerBlock
  }

  /** The quickest answer lately, in milliseconds; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#quickest === Infinity ? undefined : this.#quickest
  }

  /**
   * Blocks came, `bytes` bytes in all, `latency` milliseconds after they were asked for, while `inFlight` blocks were
   * under way. No latency: they are not the first of what was asked for together.
   */
  delivered(blocks: number, bytes: number, latency: number | undefined, inFlight: number): void {
    const now = this.#clock.now()
    const average = bytes / blocks
    if (this.#bytesPerBlock === 0) this.#bytesPerBlock = average
    else this.#bytesPerBlock += (average - this.#bytesPerBlock) * (1 - (7 / 8) ** blocks)
    if (latency !== undefined && (latency <= this.#quickest || now - this.#quickestAt > MEMORY)) {
      this.#quickest = latency
      this.#quickestAt = now
    }
    const wasUsed = inFlight * 2 >= this.size
    this.#size = Math.max(this.#size, this.size)
    if (latency !== undefined && latency > 2 * this.#quickest + SLACK) this.#size = Math.max(1, this.#size - blocks / 4)
    else if (wasUsed) this.#size = Math.min(MAX, this.#size + blocks)
  }

  /** A request was never answered. */
  expired(): void {
    this.#size = Math.max(1, this.#size / 2)
  }
}
