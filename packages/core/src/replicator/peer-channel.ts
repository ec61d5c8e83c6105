import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { totalLength } from '../bytes/concat.ts'
import type { Channel, ChannelHandler } from '../session/channel.ts'
import type { TradeDirection } from '../session/permission.ts'
import type { Run } from '../tree/subtree.ts'
import type { Claim } from '../tree/verifier.ts'
import {
  HAVE,
  type Have,
  type Message,
  PAUSE,
  RANGE_RESPONSE,
  type RangeResponse,
  RESPONSE,
  type Response,
  UNPAUSE
} from '../wire/messages.ts'
import { Announcements } from './announcements.ts'
import { type Asked, Asking } from './asking.ts'
import type { FeedPeer, ServedFeed } from './feed-peer.ts'
import type { Pauses } from './pauses.ts'
import { PeerCursor } from './peer-cursor.ts'
import type { PeerLink } from './peer-link.ts'
import { Serving } from './serving.ts'

/** The feed's replicator, as one of its channels sees it. */
export interface ChannelReplicator {
  readonly feed: ServedFeed
  /** What is paused with all peers. */
  readonly pauses: Pauses
  /** What is to be asked of a peer next, at most so many blocks, which are busy from now on. */
  pick(peer: PeerChannel, most: number): Run | undefined
  /** A peer was asked for a run that it was not picked for. Returns those of the blocks that are not needed of it. */
  takeOver(peer: PeerChannel, run: Run): number[]
  /** Blocks that somebody waits for and a peer has. */
  wantedOf(remote: PagedBitfield): Iterable<number>
  /** Some of these blocks may be asked of a peer that could not be before. */
  offer(peer: PeerChannel, blocks: readonly number[]): void
  /** Throws a `VerificationError` when the block is not the feed's. */
  onResponse(peer: PeerChannel, claim: Claim): void
  /** Throws a `VerificationError` when the blocks are not the feed's. */
  onRange(peer: PeerChannel, asked: Asked, answer: RangeResponse): void
  /** Blocks will not come from the peer that they were asked of. */
  release(blocks: readonly number[], from: PeerChannel): void
  /** A peer has left, and will not answer for these blocks. */
  detach(peer: PeerChannel, blocks: readonly number[]): void
}

/** One feed with one peer. */
export class PeerChannel implements ChannelHandler, FeedPeer {
  readonly cursor = new PeerCursor()
  /** What the peer was asked for. */
  readonly asking: Asking = new Asking(this)
  readonly announcements: Announcements = new Announcements(this)
  readonly feed: ServedFeed
  readonly channel: Channel
  readonly link: PeerLink
  readonly #replicator: ChannelReplicator
  readonly #serving = new Serving(this)

  constructor(replicator: ChannelReplicator, channel: Channel, link: PeerLink) {
    this.#replicator = replicator
    this.feed = replicator.feed
    this.channel = channel
    this.link = link
    link.channels.add(this)
  }

  /** The blocks that the peer has. */
  get remoteHave(): PagedBitfield {
    return (this.channel.remote as { have: PagedBitfield }).have
  }

  may(direction: TradeDirection): boolean {
    if (!this.channel.permission[direction]) return false
    return !this.#replicator.pauses.has(direction) && !this.link.pauses.has(direction)
  }

  /** Whether the peer can be asked for a block now. */
  canGive(block: number): boolean {
    return this.#mayAsk && this.remoteHave.has(block)
  }

  /** Tells the peer what is here, and that it may ask. */
  begin(): void {
    this.announcements.sendAll()
    this.#serving.invite()
    this.cursor.restart(this.#replicator.wantedOf(this.remoteHave))
    const { early } = this.channel
    if (early) {
      this.asking.askedEarly(early)
      this.asking.cancel(this.#replicator.takeOver(this, early))
    }
    this.fetch()
  }

  applyPauses(): void {
    if (this.channel.left) return
    this.#serving.invite()
    if (!this.may('fetch')) this.#release(this.asking.abandon(true))
    this.link.fetch(this)
  }

  /** Asks the peer for as much as there is room for: at once when it is urgent, else when there is room for some. */
  fetch(urgent = false): void {
    this.link.hungry.delete(this)
    if (!this.#mayAsk) return
    while (this.link.room > 0 && (urgent || this.link.hasRoomForSome)) {
      urgent = true
      const most = this.channel.ranges ? Math.min(this.link.room, this.link.rangeBlocks) : 1
      const run = this.#replicator.pick(this, most)
      if (!run) return
      this.asking.ask(run)
    }
    this.link.hungry.add(this)
  }

  /** The peer did not answer in time: the blocks are asked of another one. */
  onExpired(asked: Asked): void {
    this.#release(this.asking.takeBack(asked))
  }

  onMessage(message: Message): void {
    switch (message.type) {
      case HAVE:
        return this.#onHave(message)
      case PAUSE:
        // A peer of version 1 says of each request that it is over, so that none is asked anew that is still answered.
        if (!this.channel.ranges) this.#release(this.asking.abandon(false))
        return this.link.fetch(this)
      case UNPAUSE:
        return this.fetch()
      case RESPONSE:
      case RANGE_RESPONSE:
        return this.#onAnswer(message)
      default:
        this.#serving.onMessage(message)
    }
  }

  onLeave(): void {
    this.link.channels.delete(this)
    this.link.hungry.delete(this)
    this.#serving.stop()
    this.#replicator.detach(this, this.asking.abandon(false))
    this.link.fetch()
  }

  get #mayAsk(): boolean {
    return !this.channel.left && this.channel.remote?.paused === false && this.may('fetch')
  }

  #onHave({ blocks, bitfield }: Have): void {
    if (!bitfield) {
      this.#replicator.offer(this, blocks)
    } else {
      this.cursor.restart(this.#replicator.wantedOf(this.remoteHave))
      // A peer of version 1 says so itself when it passes over what it has not any more.
      if (!this.channel.ranges) this.#release(this.asking.abandon(false, this.remoteHave))
      this.announcements.remoteChanged()
    }
    this.link.fetch(this)
  }

  #onAnswer(answer: Response | RangeResponse): void {
    if (answer.type === RESPONSE) {
      const asked = this.asking.of(answer.block, false)
      this.asking.onAnswer(asked, answer.block, 1, answer.data.length, true)
      if (asked.givenUp === 0) this.#replicator.onResponse(this, answer)
    } else {
      const { id, start, blocks, last } = answer
      const asked = this.asking.of(id, true)
      const passedOver = this.asking.onAnswer(asked, start, blocks.length, totalLength(blocks), last)
      // What a peer that may be asked does not have after all is not asked of it again.
      if (this.#mayAsk) for (const block of passedOver) this.remoteHave.put(block, false)
      if (blocks.length > 0) this.#replicator.onRange(this, asked, answer)
      this.#release(passedOver)
    }
    this.link.fetch(this)
    this.announcements.send()
  }

  #release(blocks: readonly number[]): void {
    if (blocks.length === 0) return
    this.#replicator.release(blocks, this)
    this.announcements.send()
  }
}
