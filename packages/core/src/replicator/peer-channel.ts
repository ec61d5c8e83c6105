import { ProtocolError, type TreeNode } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { Channel, ChannelHandler } from '../session/channel.ts'
import type { PeerLink } from './peer-link.ts'
import { PeerCursor } from './picker.ts'
import type { Replicator } from './replicator.ts'
import type { Request } from './requests.ts'
import type { Upload } from './uploader.ts'

/** Announcements wait while this many bytes do, and become one bitfield when there are many. */
const ANNOUNCE_HIGH_WATER_BYTES = 256 * 1024
const MAX_WAITING_ANNOUNCEMENTS = 4096
/** A peer that owes us blocks is told of as many at a time. */
const ANNOUNCE_TOGETHER = 32
/** Requests given up lately whose answers may still come. */
const MAX_GIVEN_UP = 8192

/** One feed with one peer. */
export class PeerChannel implements ChannelHandler {
  readonly cursor = new PeerCursor()
  readonly link: PeerLink
  readonly #channel: Channel
  readonly #replicator: Replicator
  readonly #requested = new Map<number, Request<PeerChannel>>()
  readonly #givenUp = new Set<number>()
  readonly #uploads = new Map<number, Upload>()
  #announcements: number[] | 'all' = []

  constructor(replicator: Replicator, channel: Channel, link: PeerLink) {
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
    this.#sendBitfield()
    this.#channel.sendUnpause()
    this.cursor.restart(this.#replicator.wantedOf(this.remoteHave))
    this.fetch()
  }

  /** Asks the peer for as much as there is room for: at once when it is urgent, else when there is room for some. */
  fetch(urgent = false): void {
    if (this.#channel.left || this.#channel.remote?.paused !== false) return
    if (!urgent && !this.link.hasRoomForSome) return
    while (this.link.hasRoom) {
      const block = this.#replicator.pick(this)
      if (block === -1) return
      const request = this.link.requests.add(block, this)
      this.#requested.set(block, request)
      this.#channel.sendRequest(block)
    }
  }

  /** Tells the peer of blocks that are here now. */
  announce(blocks: readonly number[]): void {
    if (this.#announcements !== 'all') {
      this.#announcements.push(...blocks)
      if (this.#announcements.length > MAX_WAITING_ANNOUNCEMENTS) this.#announcements = 'all'
    }
    this.onDrain()
  }

  /** Tells the peer of everything that is here, instead of what it was told before. */
  announceAll(): void {
    this.#announcements = 'all'
    this.onDrain()
  }

  /** A request of the peer may be sent again after all: asked for, and given up. */
  onExpired(block: number): void {
    this.#requested.delete(block)
    this.#giveUp(block)
    this.#channel.sendCancel(block)
    this.#replicator.release(block, this)
    this.onDrain()
  }

  /** Sends announcements that wait, when it is their time. */
  onDrain(): void {
    const { length } = this.#announcements
    if (length === 0 || this.link.session.outbox.bytes > ANNOUNCE_HIGH_WATER_BYTES) return
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
    this.fetch()
  }

  onPause(): void {
    for (const block of [...this.#requested.keys()]) this.#abandon(block)
  }

  onUnpause(): void {
    this.fetch()
  }

  onRequest(block: number): void {
    // Asking twice, or for what was never offered, gets nothing; above all, it puts nothing onto our own list of wants.
    if (this.#uploads.has(block) || !this.#replicator.canServe(block)) return
    const upload: Upload = {
      block,
      read: () => {
        this.#uploads.delete(block)
        return this.#replicator.readForPeer(block)
      },
      send: (data, proof) => {
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
      if (this.#givenUp.delete(block)) return
      throw new ProtocolError(`the peer sent block ${block}, for which it was not asked`)
    }
    this.#requested.delete(block)
    this.link.answered(request, data.length)
    this.#replicator.onResponse(this, { block, data, proof })
    this.link.fetch(this)
  }

  onLeave(): void {
    this.link.channels.delete(this)
    for (const upload of this.#uploads.values()) this.link.uploads.delete(upload)
    const requested = [...this.#requested]
    this.#requested.clear()
    for (const [, request] of requested) this.link.requests.delete(request)
    this.#replicator.detach(
      this,
      requested.map(([block]) => block)
    )
  }

  #abandon(block: number): void {
    this.link.requests.delete(this.#requested.get(block) as Request<PeerChannel>)
    this.#requested.delete(block)
    this.#giveUp(block)
    this.#replicator.release(block, this)
    this.onDrain()
  }

  #giveUp(block: number): void {
    this.#givenUp.add(block)
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= MAX_GIVEN_UP) break
      this.#givenUp.delete(oldest)
    }
  }

  #sendBitfield(): void {
    for (const { blocks, bitfield } of this.#replicator.announcement()) this.#channel.sendHave(blocks, bitfield)
  }
}
