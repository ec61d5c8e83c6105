import { type Clock, ProtocolError, TimeoutError } from '@anyfeed/interfaces'
import type { Session } from '../session/session.ts'
import { Pauses } from './pauses.ts'
import { RequestWindow } from './request-window.ts'
import { type Request, Requests, type RequestTimeouts } from './requests.ts'
import { MAX_QUEUED, type Upload, Uploader } from './uploader.ts'

/** No block is read for a peer while this many bytes wait to be sent to it. */
export const HIGH_WATER_BYTES = 1024 * 1024
/** As many requests as are worth being sent together. */
const MOST_AT_ONCE = 32
/** A peer that lets this many requests in a row expire is given up. */
const MAX_EXPIRED = 3

/** A channel, as the link sees it. */
export interface LinkChannel {
  /** Asks the peer for as much as there is room for. */
  fetch(): void
  /** Something was paused or resumed: tells the peer whether it may ask, and asks it for more, or for nothing more. */
  applyPauses(): void
  /** Sends announcements that wait. */
  sendAnnouncements(): void
  /** The peer did not answer a request in time. */
  onExpired(block: number): void
}

/** What the channels of one stream share: the requests in flight, the window, and the peer's own requests. */
export class PeerLink {
  readonly window: RequestWindow
  readonly requests: Requests<LinkChannel>
  readonly uploads: Uploader
  readonly session: Session
  readonly channels = new Set<LinkChannel>()
  /** Channels that would ask for more if there were room. */
  readonly hungry = new Set<LinkChannel>()
  /** Channels that have something to announce when there is room in the outbox. */
  readonly announcing = new Set<LinkChannel>()
  /** What is paused with this peer, on all feeds. */
  readonly pauses = new Pauses(() => {
    for (const channel of this.channels) channel.applyPauses()
  })
  #expired = 0

  constructor(session: Session, clock: Clock, timeouts: RequestTimeouts) {
    this.session = session
    this.window = new RequestWindow(clock)
    this.requests = new Requests(clock, timeouts, (request) => this.#onExpire(request))
    this.uploads = new Uploader(() => !session.ended && session.outbox.bytes < HIGH_WATER_BYTES)
  }

  /** Whether one more request may be sent. */
  get hasRoom(): boolean {
    return !this.session.ended && this.requests.size < this.window.size
  }

  /** Whether so many more may be sent that it is worth while: several requests share a system call here and there. */
  get hasRoomForSome(): boolean {
    const free = this.window.size - this.requests.size
    return !this.session.ended && (this.requests.size === 0 || free >= Math.min(MOST_AT_ONCE, this.window.size / 4))
  }

  /** The requested block has come. */
  answered(request: Request<LinkChannel>, bytes: number): void {
    this.#expired = 0
    const inFlight = this.requests.size
    this.window.delivered(bytes, this.requests.answered(request), inFlight)
  }

  /** Takes a request of the peer in. */
  upload(upload: Upload): void {
    if (this.uploads.size >= MAX_QUEUED) throw new ProtocolError(`a peer may have ${MAX_QUEUED} requests waiting`)
    this.uploads.add(upload)
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
    for (const channel of [...this.announcing]) channel.sendAnnouncements()
  }

  /** The stream is over. */
  stop(): void {
    this.requests.stop()
    this.uploads.stop()
  }

  #onExpire(request: Request<LinkChannel>): void {
    this.window.expired()
    if (++this.#expired >= MAX_EXPIRED) {
      this.session.destroy(new TimeoutError(`the peer left ${MAX_EXPIRED} requests in a row without an answer`))
    } else {
      request.owner.onExpired(request.block)
      this.fetch()
    }
  }
}
