import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { MAX_BITFIELD_BLOCKS, MAX_HAVE_BLOCKS } from '../limits.ts'
import type { Channel } from '../session/channel.ts'
import { HAVE } from '../wire/messages.ts'
import type { PeerLink } from './peer-link.ts'

/** Announcements wait while this many bytes do, and become one bitfield when there are many. */
const ANNOUNCE_HIGH_WATER_BYTES = 256 * 1024
const MAX_WAITING_ANNOUNCEMENTS = 4096
/** A peer that owes us blocks is told of as many at a time. */
const ANNOUNCE_TOGETHER = 32

const NOTHING = new PagedBitfield()

/** The feed whose blocks are announced. */
export interface AnnouncedFeed {
  readonly have: PagedBitfield
  readonly tree: { readonly blocks: number }
}

/** Tells one peer which blocks of one feed are here. */
export class Announcements {
  readonly #channel: Channel
  readonly #link: PeerLink
  readonly #asking: { readonly owed: number }
  readonly #feed: AnnouncedFeed
  #waiting: number[] | 'all' = []
  /** Whether there are blocks here of which the peer was not told because it had them. */
  #untold = false

  /** `asking`: what the peer owes. */
  constructor(channel: Channel, link: PeerLink, asking: { readonly owed: number }, feed: AnnouncedFeed) {
    this.#channel = channel
    this.#link = link
    this.#asking = asking
    this.#feed = feed
  }

  /** Tells the peer of blocks that are here now, at once or when it is their time. */
  add(blocks: readonly number[]): void {
    if (this.#waiting === 'all' || !this.#channel.permission.serve) return
    // A peer of version 0 is told of what it sent itself too, as the original does.
    const have = this.#channel.ranges ? this.#channel.remote?.have : undefined
    for (const block of blocks) {
      if (have?.has(block)) this.#untold = true
      else this.#waiting.push(block)
    }
    if (this.#waiting.length > MAX_WAITING_ANNOUNCEMENTS) this.#waiting = 'all'
    this.send()
  }

  /** Tells the peer of everything that is here, instead of what it was told before. */
  addAll(): void {
    if (this.#channel.permission.serve) this.#waiting = 'all'
    this.send()
  }

  /** The peer may have lost what it had: it is told of all that it was not told of because of that. */
  remoteChanged(): void {
    if (this.#untold) this.addAll()
    else this.send()
  }

  /** Sends what waits, when it is its time. */
  send(): void {
    const { length } = this.#waiting
    this.#link.announcing.delete(this)
    if (length === 0) return
    if (this.#link.session.outbox.bytes > ANNOUNCE_HIGH_WATER_BYTES) {
      this.#link.announcing.add(this)
      return
    }
    // A peer that is sending blocks can wait: what comes from it interests others first.
    if (this.#asking.owed > 0 && this.#waiting !== 'all' && length < ANNOUNCE_TOGETHER) return
    if (this.#waiting === 'all') this.sendAll()
    else this.#send(this.#waiting)
    this.#waiting = []
  }

  /** Tells the peer of everything that is here: by a bitfield, and lists of what lies beyond it. */
  sendAll(): void {
    this.#untold = false
    const { have, tree } = this.#feed
    this.#send([], have.toBytes(Math.min(tree.blocks, MAX_BITFIELD_BLOCKS)))
    let blocks: number[] = []
    let block = have.nextMissingIn(NOTHING, MAX_BITFIELD_BLOCKS, tree.blocks)
    for (; block !== -1; block = have.nextMissingIn(NOTHING, block + 1, tree.blocks)) {
      blocks.push(block)
      if (blocks.length < MAX_HAVE_BLOCKS) continue
      this.#send(blocks)
      blocks = []
    }
    if (blocks.length > 0) this.#send(blocks)
  }

  #send(blocks: readonly number[], bitfield?: Uint8Array): void {
    this.#channel.send({ type: HAVE, blocks, bitfield })
  }
}
