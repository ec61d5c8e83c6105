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

/** One block or a run of them that was asked of a peer. */
export interface Request<Owner> {
  readonly owner: Owner
  readonly sentAt: number
  readonly sequence: number
  /** How many blocks the peer still owes. */
  readonly blocks: number
}

/** The requests in flight on one stream, in the order of sending. Each event costs O(1). */
export class Requests<Owner> {
  readonly #clock: Clock
  readonly #alarm: Alarm
  readonly #timeout: number
  readonly #onExpire: (request: Request<Owner>) => void
  readonly #inFlight = new Set<Request<Owner>>()
  #blocks = 0
  #sequence = 0
  #lastAnswered = -1
  #progressAt = 0
  #progressBytes = 0

  /** `onExpire` is called for a request that was never answered, after it was removed. */
  constructor(clock: Clock, { requestTimeout }: RequestTimeouts, onExpire: (request: Request<Owner>) => void) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#timeout = requestTimeout
    this.#onExpire = onExpire
  }

  /** How many requests are in flight. */
  get size(): number {
    return this.#inFlight.size
  }

  /** How many blocks were asked for and are still owed. */
  get blocks(): number {
    return this.#blocks
  }

  add(blocks: number, owner: Owner): Request<Owner> {
    const request = { blocks, owner, sentAt: this.#clock.now(), sequence: this.#sequence++ }
    this.#inFlight.add(request)
    this.#blocks += blocks
    if (!this.#alarm.isSet) this.#alarm.set(request.sentAt + this.#timeout)
    return request
  }

  /** A request is over without an answer, or with the last one. */
  delete(request: Request<Owner>): void {
    if (this.#inFlight.delete(request)) this.#blocks -= request.blocks
  }

  /** Some of the blocks will not come, and are not waited for. */
  shrink(request: Request<Owner>, blocks: number): void {
    if (this.#inFlight.has(request)) this.#blocks -= blocks
    ;(request as { blocks: number }).blocks -= blocks
  }

  /** A request was answered, in full or in part; returns the milliseconds since it was sent. */
  answered(request: Request<Owner>): number {
    this.#lastAnswered = Math.max(this.#lastAnswered, request.sequence)
    this.#progressAt = this.#clock.now()
    return this.#progressAt - request.sentAt
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
    this.#blocks = 0
  }

  #due(request: Request<Owner>): number {
    // A peer that answered a later request has passed this one over.
    if (request.sequence < this.#lastAnswered) return request.sentAt + this.#timeout
    const latest = request.sentAt + MOST_TIMEOUTS * this.#timeout
    return Math.min(latest, Math.max(request.sentAt, this.#progressAt) + this.#timeout)
  }

  #check(): void {
    for (const request of this.#inFlight) {
      const due = this.#due(request)
      if (due > this.#clock.now()) {
        return this.#alarm.set(due)
      }
      this.delete(request)
      this.#onExpire(request)
    }
  }
}
