import type { Clock } from '@anyfeed/interfaces'
import { Alarm } from '../wait/alarm.ts'

/** Times in milliseconds. */
export interface RequestTimeouts {
  /** How long a peer may take over a request, counted from its last sign of progress; `Infinity` waits for ever. */
  readonly requestTimeout: number
}

/** Progress or not, no request outlives this many timeouts. */
const MOST_TIMEOUTS = 10
/** As many bytes count as progress, so that a large block on a slow link is not given up half-way. */
const PROGRESS_BYTES = 16 * 1024

/** One block or a run of them that was asked of a peer. All of it is kept up to date here. */
export interface Request {
  sentAt: number
  sequence: number
  /** How many blocks the peer still owes. */
  blocks: number
  /** Whether some of it has come. */
  answered: boolean
}

/** The requests in flight on one stream, in the order of sending. Each event costs O(1). */
export class Requests<Sent extends Request> {
  readonly #clock: Clock
  readonly #alarm: Alarm
  readonly #timeout: number
  readonly #onExpire: (request: Sent) => void
  readonly #inFlight = new Set<Sent>()
  #blocks = 0
  #sequence = 0
  #lastAnswered = -1
  #progressAt = 0
  #progressBytes = 0

  /** `onExpire` is called for a request that was never answered, after it was removed. */
  constructor(clock: Clock, { requestTimeout }: RequestTimeouts, onExpire: (request: Sent) => void) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#timeout = requestTimeout
    this.#onExpire = onExpire
  }

  /** How many blocks were asked for and are still owed. */
  get blocks(): number {
    return this.#blocks
  }

  /** A request is being sent. */
  add(request: Sent): void {
    request.sentAt = this.#clock.now()
    request.sequence = this.#sequence++
    this.#inFlight.add(request)
    if (!this.#alarm.isSet) this.#alarm.set(request.sentAt + this.#timeout)
  }

  /** A request is over without an answer, or with the last one. */
  delete(request: Sent): void {
    this.#inFlight.delete(request)
  }

  /** So many more blocks are owed in answer to a request: less, where the number is negative. */
  owe(request: Sent, blocks: number): void {
    this.#blocks += blocks
    request.blocks += blocks
  }

  /** A request was answered, in full or in part; returns the milliseconds since it was sent, the first time. */
  answered(request: Sent): number | undefined {
    this.#lastAnswered = Math.max(this.#lastAnswered, request.sequence)
    this.#progressAt = this.#clock.now()
    const first = !request.answered
    request.answered = true
    return first ? this.#progressAt - request.sentAt : undefined
  }

  /** Bytes came in. */
  received(bytes: number): void {
    this.#progressBytes += bytes
    if (this.#progressBytes < PROGRESS_BYTES) return
    this.#progressBytes = 0
    this.#progressAt = this.#clock.now()
  }

  stop(): void {
    this.#alarm.stop()
    this.#inFlight.clear()
  }

  #due(request: Request): number {
    // A peer that answered a later request has passed this one over.
    if (request.sequence < this.#lastAnswered) return request.sentAt + this.#timeout
    const latest = request.sentAt + MOST_TIMEOUTS * this.#timeout
    return Math.min(latest, Math.max(request.sentAt, this.#progressAt) + this.#timeout)
  }

  #check(): void {
    for (const request of this.#inFlight) {
      const due = this.#due(request)
      if (due > this.#clock.now()) return this.#alarm.set(due)
      this.delete(request)
      this.#onExpire(request)
    }
  }
}
