import { type Clock, TimeoutError } from '@anyfeed/interfaces'
import type { Session } from '../session/session.ts'
import { Pauses } from './pauses.ts'
import { RequestWindow } from './request-window.ts'
import { type Request, Requests, type RequestTimeouts } from './requests.ts'
import { Uploader } from './uploader.ts'

/** No block is read for a peer while this many bytes wait to be sent to it. */
export const HIGH_WATER_BYTES = 1024 * 1024
/** As many single blocks as are worth being asked for together. */
const MOST_AT_ONCE = 32
/** A range request asks for about so many bytes, and so many blocks, at most: what is shared among peers. */
const RANGE_BYTES = 256 * 1024
const RANGE_BLOCKS = 1024
/** A peer that lets this many requests in a row expire is given up. */
const MAX_EXPIRED = 3

/** A channel, as the link sees it. */
export interface LinkChannel {
  /** Asks the peer for as much as there is room for. */
  fetch(): void
  /** Something was paused or resumed: tells the peer whether it may ask, and asks it for more, or for nothing more. */
  applyPauses(): void
  /** The peer did not answer a request in time. */
  onExpired(request: Request): void
}

/** What one of the channels has asked the peer for. */
export interface LinkRequest extends Request {
  readonly owner: LinkChannel
}

/** What the channels of one stream share: the requests in flight, the window, and the peer's own requests. */
export class PeerLink {
  readonly window: RequestWindow
  readonly requests: Requests<LinkRequest>
  readonly uploads: Uploader
  readonly session: Session
  readonly channels = new Set<LinkChannel>()
  /** Channels that would ask for more if there were room. */
  readonly hungry = new Set<LinkChannel>()
  /** What is to be announced when there is room in the outbox. */
  readonly announcing = new Set<{ send(): void }>()
  /** What is paused with this peer, on all feeds. */
  readonly pauses = new Pauses(this.channels)
  #expired = 0

  constructor(session: Session, clock: Clock, timeouts: RequestTimeouts) {
    this.session = session
    this.window = new RequestWindow(clock)
    this.requests = new Requests(clock, timeouts, (request) => this.#onExpire(request))
    this.uploads = new Uploader(() => session.outbox.bytes < HIGH_WATER_BYTES)
  }

  /** For how many more blocks there is room. */
  get room(): number {
    return this.window.size - this.requests.blocks
  }

  /** Whether so many more may be sent that it is worth while: several requests share a system call here and there. */
  get hasRoomForSome(): boolean {
    return (
      this.requests.blocks === 0 ||
      this.room >= Math.min(Math.max(MOST_AT_ONCE, this.rangeBlocks), this.window.size / 4)
    )
  }

  /** How many blocks are worth being asked for by one range request. */
  get rangeBlocks(): number {
    const { bytesPerBlock, size } = this.window
    if (bytesPerBlock === 0) return size
    return Math.max(1, Math.min(RANGE_BLOCKS, Math.floor(RANGE_BYTES / bytesPerBlock)))
  }

  /** Some of what was asked for has come: so many blocks, of so many bytes. */
  answered(request: LinkRequest, blocks: number, bytes: number): void {
    this.#expired = 0
    this.window.delivered(blocks, bytes, this.requests.answered(request), this.requests.blocks)
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
    for (const announcements of [...this.announcing]) announcements.send()
  }

  /** The stream is over. */
  stop(): void {
    this.requests.stop()
    this.uploads.stop()
  }

  #onExpire(request: LinkRequest): void {
    this.window.expired()
    if (++this.#expired >= MAX_EXPIRED) {
      this.session.destroy(new TimeoutError('no answer came in time'))
    } else {
      request.owner.onExpired(request)
      this.fetch()
    }
  }
}
