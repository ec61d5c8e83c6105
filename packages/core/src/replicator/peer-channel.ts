import { ProtocolError, type TreeNode } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { Channel, ChannelHandler } from '../session/channel.ts'
import type { TradeDirection } from '../session/permission.ts'
import type { Claim } from '../tree/verifier.ts'
import type { Pauses } from './pauses.ts'
import { PeerCursor } from './peer-cursor.ts'
import type { LinkChannel, PeerLink } from './peer-link.ts'
import type { Request } from './requests.ts'
import type { Upload } from './uploader.ts'

/** Announcements wait while this many bytes do, and become one bitfield when there are many. */
const ANNOUNCE_HIGH_WATER_BYTES = 256 * 1024
const MAX_WAITING_ANNOUNCEMENTS = 4096
/** A peer that owes us blocks is told of as many at a time. */
const ANNOUNCE_TOGETHER = 32
/** Requests given up lately whose answers may still come. */
const MAX_GIVEN_UP = 8192

/** The feed's replicator, as one of its channels sees it. */
export interface ChannelReplicator {
  /** What is paused with all peers. */
  readonly pauses: Pauses
  /** What is to be asked of a peer next, which is busy from now on; -1 when there is nothing. */
  pick(peer: PeerChannel): number
  /** Blocks that somebody waits for and a peer has. */
  wantedOf(remote: PagedBitfield): Iterable<number>
  /** What a peer is told of all that is here. */
  announcement(): Iterable<{ blocks: readonly number[]; bitfield?: Uint8Array }>
  onRemoteHave(peer: PeerChannel, blocks: readonly number[]): void
  /** Throws a `VerificationError` when the block is not the feed's. */
  onResponse(peer: PeerChannel, claim: Claim): void
  /** A block will not come from the peer that it was asked of. */
  release(block: number, from: PeerChannel): void
  /** A peer has left, and will not answer for these blocks. */
  detach(peer: PeerChannel, blocks: readonly number[]): void
  canServe(block: number): boolean
  readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined>
  onUploaded(block: number, data: Uint8Array): void
  onError(error: Error): void
}

/** One feed with one peer. */
export class PeerChannel implements ChannelHandler, LinkChannel {
  readonly cursor = new PeerCursor()
  readonly link: PeerLink
  readonly #channel: Channel
  readonly #replicator: ChannelReplicator
  readonly #requested = new Map<number, Request<LinkChannel>>()
  /** How many answers may still come for each. */
  readonly #givenUp = new Map<number, number>()
  readonly #uploads = new Map<number, Upload>()
  #announcements: number[] | 'all' = []
  /** Whether the peer was told that it may ask. */
  #invited = false
  /** How often it was told that it may not any more. */
  #pausedServing = 0

  constructor(replicator: ChannelReplicator, channel: Channel, link: PeerLink) {
    this.#replicator = replicator
    this.#channel = channel
    this.link = link
    link.channels.add(this)
  }

  /** The blocks that the peer has. */
  get remoteHave(): PagedBitfield {
    return (this.#channel.remote as { have: PagedBitfield }).have
  }

  /** Tells the peer what is here, and that it may ask. */
  begin(): void {
    if (this.#channel.permission.serve) this.#sendBitfield()
    this.#invite()
    this.cursor.restart(this.#replicator.wantedOf(this.remoteHave))
    this.fetch()
  }

  applyPauses(): void {
    if (this.#channel.left) return
    this.#invite()
    if (!this.#may('fetch')) for (const block of [...this.#requested.keys()]) this.#takeBack(block)
    this.link.fetch(this)
  }

  /** Asks the peer for as much as there is room for: at once when it is urgent, else when there is room for some. */
  fetch(urgent = false): void {
    this.link.hungry.delete(this)
    if (this.#channel.left || this.#channel.remote?.paused !== false || !this.#may('fetch')) return
    while (this.link.hasRoom && (urgent || this.link.hasRoomForSome)) {
      urgent = true
      const block = this.#replicator.pick(this)
      if (block === -1) return
      const request = this.link.requests.add(block, this)
      this.#requested.set(block, request)
      this.#channel.sendRequest(block)
    }
    this.link.hungry.add(this)
  }

  /** Tells the peer of blocks that are here now. */
  announce(blocks: readonly number[]): void {
    if (!this.#channel.permission.serve) return
    if (this.#announcements !== 'all') {
      this.#announcements.push(...blocks)
      if (this.#announcements.length > MAX_WAITING_ANNOUNCEMENTS) this.#announcements = 'all'
    }
    this.sendAnnouncements()
  }

  /** Tells the peer of everything that is here, instead of what it was told before. */
  announceAll(): void {
    if (!this.#channel.permission.serve) return
    this.#announcements = 'all'
    this.sendAnnouncements()
  }

  /** The peer did not answer in time: the block is asked of another one. */
  onExpired(block: number): void {
    this.#takeBack(block)
  }

  /** Sends announcements that wait, when it is their time. */
  sendAnnouncements(): void {
    const { length } = this.#announcements
    this.link.announcing.delete(this)
    if (length === 0) return
    if (this.link.session.outbox.bytes > ANNOUNCE_HIGH_WATER_BYTES) {
      this.link.announcing.add(this)
      return
    }
    // A peer that is sending can wait: what comes from it interests others first.
    if (this.#requested.size > 0 && this.#announcements !== 'all' && length < ANNOUNCE_TOGETHER) return
    if (this.#announcements === 'all') this.#sendBitfield()
    else this.#channel.sendHave(this.#announcements)
    this.#announcements = []
  }

  onHave(blocks: readonly number[] | undefined): void {
    if (blocks === undefined) {
      this.cursor.restart(this.#replicator.wantedOf(this.remoteHave))
      // What the peer says it has no more, it will not send.
      for (const block of [...this.#requested.keys()]) if (!this.remoteHave.has(block)) this.#abandon(block)
    } else {
      this.#replicator.onRemoteHave(this, blocks)
    }
    this.link.fetch(this)
  }

  onPause(): void {
    for (const block of [...this.#requested.keys()]) this.#abandon(block)
    this.link.fetch(this)
  }

  onUnpause(): void {
    this.fetch()
  }

  onRequest(block: number): void {
    // Asking twice, or for what was never offered, gets nothing; above all, it puts nothing onto our own list of wants.
    if (!this.#may('serve') || this.#uploads.has(block) || !this.#replicator.canServe(block)) return
    const pausedServing = this.#pausedServing
    const upload: Upload = {
      block,
      read: () => {
        this.#uploads.delete(block)
        return this.#replicator.readForPeer(block)
      },
      send: (data, proof) => {
        // What was asked before a Pause counts as never asked.
        if (this.#channel.left || this.#pausedServing !== pausedServing || !this.#may('serve')) return
        this.#channel.sendResponse(block, data, proof)
        this.#replicator.onUploaded(block, data)
      },
      failed: (error) => this.#replicator.onError(error)
    }
    this.#uploads.set(block, upload)
    this.link.upload(upload)
  }

  onCancel(block: number): void {
    const upload = this.#uploads.get(block)
    if (upload !== undefined && this.link.uploads.delete(upload)) this.#uploads.delete(block)
  }

  onResponse(block: number, data: Uint8Array, proof: readonly TreeNode[]): void {
    const request = this.#requested.get(block)
    if (request === undefined) {
      if (this.#lateAnswer(block)) return
      throw new ProtocolError(`the peer sent block ${block}, for which it was not asked`)
    }
    this.#requested.delete(block)
    this.link.answered(request, data.length)
    this.#replicator.onResponse(this, { block, data, proof })
    this.link.fetch(this)
  }

  onLeave(): void {
    this.link.channels.delete(this)
    this.link.hungry.delete(this)
    this.link.announcing.delete(this)
    for (const upload of this.#uploads.values()) this.link.uploads.delete(upload)
    const requested = [...this.#requested]
    this.#requested.clear()
    for (const [, request] of requested) this.link.requests.delete(request)
    this.#replicator.detach(
      this,
      requested.map(([block]) => block)
    )
    this.link.fetch()
  }

  /** Whether blocks may pass: it is allowed, and neither the feed nor the peer is paused. */
  #may(direction: TradeDirection): boolean {
    if (!this.#channel.permission[direction]) return false
    return !this.#replicator.pauses.has(direction) && !this.link.pauses.has(direction)
  }

  /** Tells the peer whether it may ask, when that is new. */
  #invite(): void {
    const may = this.#may('serve')
    if (may === this.#invited) return
    this.#invited = may
    if (may) return this.#channel.sendUnpause()
    this.#channel.sendPause()
    this.#pausedServing++
    for (const block of [...this.#uploads.keys()]) this.onCancel(block)
  }

  #takeBack(block: number): void {
    this.#channel.sendCancel(block)
    this.#abandon(block)
  }

  #abandon(block: number): void {
    this.link.requests.delete(this.#requested.get(block) as Request<LinkChannel>)
    this.#requested.delete(block)
    this.#giveUp(block)
    this.#replicator.release(block, this)
    this.sendAnnouncements()
  }

  #giveUp(block: number): void {
    this.#givenUp.set(block, (this.#givenUp.get(block) ?? 0) + 1)
    for (const oldest of this.#givenUp.keys()) {
      if (this.#givenUp.size <= MAX_GIVEN_UP) break
      this.#givenUp.delete(oldest)
    }
  }

  /** Whether a block that was not asked for is one that was, before it was given up. */
  #lateAnswer(block: number): boolean {
    const left = this.#givenUp.get(block)
    if (left === undefined) return false
    if (left > 1) this.#givenUp.set(block, left - 1)
    else this.#givenUp.delete(block)
    return true
  }

  #sendBitfield(): void {
    for (const { blocks, bitfield } of this.#replicator.announcement()) this.#channel.sendHave(blocks, bitfield)
  }
}
