import { type Clock, TimeoutError } from '@anyfeed/interfaces'
import type { Session } from '../session/session.ts'
import { Alarm } from '../wait/alarm.ts'
import { Pauses } from './pauses.ts'
import { RequestWindow } from './request-window.ts'
import { Uploader } from './uploader.ts'

/** No block is read for a peer while this many bytes wait to be sent to it. */
export const HIGH_WATER_BYTES = 1024 * 1024
/** As many single blocks as are worth being asked for together. */
const MOST_AT_ONCE = 32
/** A range request asks for about so many bytes, and so many blocks, at most: what is shared among peers. */
const RANGE_BYTES = 256 * 1024
const RANGE_BLOCKS = 1024
/** Progress or not, no request outlives this many timeouts. */
const MOST_TIMEOUTS = 10
/** As many bytes count as progress, so that a large block on a slow link is not given up half-way. */
const PROGRESS_BYTES = 16 * 1024
/** A peer that lets this many requests in a row expire is given up. */
const MAX_EXPIRED = 3

/** A channel, as the link sees it. */
export interface LinkChannel {
  readonly announcements: { send(): void }
  /** Asks the peer for as much as there is room for. */
  fetch(): void
  /** Something was paused or resumed: tells the peer whether it may ask, and asks it for more, or for nothing more. */
  applyPauses(): void
  /** The peer did not answer a request in time. */
  onExpired(request: LinkRequest): void
}

/** Times in milliseconds. */
export interface RequestTimeouts {
  /** How long a peer may take over a request, counted from its last sign of progress; `Infinity` waits for ever. */
  readonly requestTimeout: number
}

/** One block or a run of them that one of the channels has asked the peer for. All of it is kept up to date here. */
export interface LinkRequest {
  readonly owner: LinkChannel
  sentAt: number
  sequence: number
  /** How many blocks the peer still owes. */
  blocks: number
  /** Whether some of it has come. */
  answered: boolean
}

/** What the channels of one stream share: the requests in flight, the window, and the peer's own requests. */
export class PeerLink {
  readonly window: RequestWindow
  readonly uploads: Uploader
  readonly session: Session
  readonly channels = new Set<LinkChannel>()
  /** Channels that would ask for more if there were room. */
  readonly hungry = new Set<LinkChannel>()
  /** What is paused with this peer, on all feeds. */
  readonly pauses = new Pauses(this.channels)
  readonly #clock: Clock
  readonly #timeout: number
  readonly #alarm: Alarm
  /** In the order of sending. Each event costs O(1). */
  readonly #inFlight = new Set<LinkRequest>()
  /** How many blocks were asked for and are still owed. */
  #owed = 0
  #sequence = 0
  #lastAnswered = -1
  #progressAt = 0
  #progressBytes = 0
  #expired = 0

  constructor(session: Session, clock: Clock, { requestTimeout }: RequestTimeouts) {
    this.session = session
    this.window = new RequestWindow(clock)
    this.uploads = new Uploader(() => session.outbox.bytes < HIGH_WATER_BYTES)
    this.#clock = clock
    this.#timeout = requestTimeout
    this.#alarm = new Alarm(clock, () => this.#check())
  }

  /** For how many more blocks there is room. */
  get room(): number {
    return this.window.size - this.#owed
  }

  /** Whether so many more may be sent that it is worth while: several requests share a system call here and there. */
  get hasRoomForSome(): boolean {
    return this.#owed === 0 || this.room >= Math.min(Math.max(MOST_AT_ONCE, this.rangeBlocks), this.window.size / 4)
  }

  /** How many blocks are worth being asked for by one range request. */
  get rangeBlocks(): number {
    const { bytesPerBlock, size } = this.window
    if (bytesPerBlock === 0) return size
    return Math.max(1, Math.min(RANGE_BLOCKS, Math.floor(RANGE_BYTES / bytesPerBlock)))
  }

  /** A request is being sent. */
  add(request: LinkRequest): void {
    request.sentAt = this.#clock.now()
    request.sequence = this.#sequence++
    this.#inFlight.add(request)
    if (!this.#alarm.isSet) this.#alarm.set(request.sentAt + this.#timeout)
  }

  /** A request is over without an answer, or with the last one. */
  delete(request: LinkRequest): void {
    this.#inFlight.delete(request)
  }

  /** So many more blocks are owed in answer to a request: less, where the number is negative. */
  owe(request: LinkRequest, blocks: number): void {
    this.#owed += blocks
    request.blocks += blocks
  }

  /** Some of what was asked for has come: so many blocks, of so many bytes. */
  answered(request: LinkRequest, blocks: number, bytes: number): void {
    this.#expired = 0
    this.#lastAnswered = Math.max(this.#lastAnswered, request.sequence)
    this.#progressAt = this.#clock.now()
    const latency = request.answered ? undefined : this.#progressAt - request.sentAt
    request.answered = true
    this.window.delivered(blocks, bytes, latency, this.#owed)
  }

  /** Bytes came in. */
  received(bytes: number): void {
    this.#progressBytes += bytes
    if (this.#progressBytes < PROGRESS_BYTES) return
    this.#progressBytes = 0
    this.#progressAt = this.#clock.now()
  }

  /** Asks for more on the given channel, and on every other one that waited for room, in turn. */
  fetch(first?: LinkChannel): void {
    first?.fetch()
    for (const channel of this.hungry) {
      if (!this.hasRoomForSome) return
      channel.fetch()
    }
  }

  /** The outbox has room again. */
  onDrain(): void {
    this.uploads.resume()
    for (const { announcements } of this.channels) announcements.send()
  }

  /** The stream is over. */
  stop(): void {
    this.#alarm.stop()
    this.#inFlight.clear()
    this.uploads.stop()
  }

  #due(request: LinkRequest): number {
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
      this.window.expired()
      if (++this.#expired >= MAX_EXPIRED) return this.session.destroy(new TimeoutError('no answer came in time'))
      request.owner.onExpired(request)
      this.fetch()
    }
  }
}
