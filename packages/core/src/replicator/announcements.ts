import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { MAX_BITFIELD_BLOCKS, MAX_HAVE_BLOCKS } from '../limits.ts'
import { HAVE } from '../wire/messages.ts'
import type { FeedPeer } from './feed-peer.ts'

/** Announcements wait while this many bytes do, and become one bitfield when there are many. */
const ANNOUNCE_HIGH_WATER_BYTES = 256 * 1024
const MAX_WAITING_ANNOUNCEMENTS = 4096
/** A peer that owes us blocks is told of as many at a time. */
const ANNOUNCE_TOGETHER = 32

const NOTHING = new PagedBitfield()

/** A peer that may owe us blocks. */
interface AnnouncedPeer extends FeedPeer {
  readonly asking: { readonly waits: boolean }
}

/** Tells one peer which blocks of one feed are here. */
export class Announcements {
  readonly #peer: AnnouncedPeer
  #waiting: number[] | 'all' = []
  /** Whether there are blocks here of which the peer was not told because it had them. */
  #untold = false

  constructor(peer: AnnouncedPeer) {
    this.#peer = peer
  }

  /** Tells the peer of blocks that are here now, at once or when it is their time. */
  add(blocks: readonly number[]): void {
    if (this.#waiting === 'all') return
    // A peer of version 0 is told of what it sent itself too, as the original does.
    const have = this.#peer.channel.ranges ? this.#peer.channel.remote?.have : undefined
    for (const block of blocks) {
      if (have?.has(block)) this.#untold = true
      else this.#waiting.push(block)
    }
    if (this.#waiting.length > MAX_WAITING_ANNOUNCEMENTS) this.#waiting = 'all'
    this.send()
  }

  /** Tells the peer of everything that is here, instead of what it was told before. */
  addAll(): void {
    this.#waiting = 'all'
    this.send()
  }

  /** The peer may have lost what it had: it is told of all that it was not told of because of that. */
  remoteChanged(): void {
    if (this.#untold) this.#waiting = 'all'
    this.send()
  }

  /** Sends what waits, when it is its time. */
  send(): void {
    const { length } = this.#waiting
    if (length === 0 || this.#peer.link.session.outbox.bytes > ANNOUNCE_HIGH_WATER_BYTES) return
    // A peer that is sending blocks can wait: what comes from it interests others first.
    if (this.#peer.asking.waits && this.#waiting !== 'all' && length < ANNOUNCE_TOGETHER) return
    if (this.#waiting === 'all') this.sendAll()
    else this.#send(this.#waiting)
    this.#waiting = []
  }

  /** Tells the peer of everything that is here: by a bitfield, and lists of what lies beyond it. */
  sendAll(): void {
    this.#untold = false
    const { have, tree } = this.#peer.feed
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
    if (this.#peer.channel.permission.serve) this.#peer.channel.send({ type: HAVE, blocks, bitfield })
  }
}
