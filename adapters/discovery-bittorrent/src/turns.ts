import type { Clock, Timer } from '@anyfeed/interfaces'

export type Lane = 'announce' | 'lookup'
type Waiting = (turn: boolean) => void

/**
 * Lets operations on the DHT run a few at a time and so many in a second, in turn from two lanes: a lookup does not wait
 * behind thousands of announcements, nor the other way round. Within a lane, first come, first served.
 */
export class Turns {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #lanes: Record<Lane, Set<Waiting>> = { lookup: new Set(), announce: new Set() }
  #free: number
  #tokens: number
  #counted: number
  #last: Lane = 'announce'
  #timer: Timer

  constructor(clock: Clock, perSecond: number, atOnce: number) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#free = atOnce
    this.#tokens = perSecond
    this.#counted = clock.now()
  }

  /** Waits for a turn and runs `operation` in it. Resolves with `undefined`, and does not run it, when `signal` fires. */
  async run<T>(lane: Lane, signal: AbortSignal, operation: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#turn(lane, signal))) return undefined
    try {
      return await operation()
    } finally {
      this.#free++
      this.#next()
    }
  }

  /** Those that wait are to be ended by their signals. */
  close(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #turn(lane: Lane, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = (turn: boolean) => {
        signal.removeEventListener('abort', leave)
        resolve(turn)
      }
      const leave = () => {
        if (this.#lanes[lane].delete(settle)) settle(false)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#lanes[lane].add(settle)
      this.#next()
    })
  }

  #next(): void {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#counted) * this.#perSecond) / 1000)
    this.#counted = now
    while (this.#free > 0 && (this.#lanes.lookup.size > 0 || this.#lanes.announce.size > 0)) {
      if (this.#tokens < 1) return this.#wait()
      this.#give()
    }
  }

  #give(): void {
    const other = this.#last === 'lookup' ? 'announce' : 'lookup'
    const lane = this.#lanes[other].size > 0 ? other : this.#last
    const [settle] = this.#lanes[lane]
    if (settle === undefined) return
    this.#lanes[lane].delete(settle)
    this.#last = lane
    this.#free--
    this.#tokens--
    settle(true)
  }

  #wait(): void {
    if (this.#timer !== undefined) return
    const ms = Math.max(1, ((1 - this.#tokens) * 1000) / this.#perSecond)
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#next()
    }, ms)
  }
}
