import { ProtocolError } from '@anyfeed/interfaces'
import {
  CANCEL,
  type Message,
  PAUSE,
  RANGE_CANCEL,
  RANGE_REQUEST,
  type RangeCancel,
  type RangeRequest,
  REQUEST,
  RESPONSE,
  UNPAUSE
} from '../wire/messages.ts'
import type { FeedPeer } from './feed-peer.ts'
import { RangeUpload } from './range-upload.ts'
import type { Upload } from './uploader.ts'

/** What one peer asks of us on one feed. */
export class Serving {
  readonly #peer: FeedPeer
  /** What is still to be answered: single blocks by their indexes, and ranges by their ids. */
  readonly #blocks = new Map<number, Upload>()
  readonly #ranges = new Map<number, RangeUpload>()
  /** Whether the peer was told that it may ask. */
  #invited = false

  constructor(peer: FeedPeer) {
    this.#peer = peer
  }

  /** Tells the peer whether it may ask, when that is new. */
  invite(): void {
    const may = this.#peer.may('serve')
    if (may === this.#invited) return
    this.#invited = may
    this.#peer.channel.send({ type: may ? UNPAUSE : PAUSE })
    if (!may) this.stop()
  }

  onMessage(message: Message): void {
    switch (message.type) {
      case REQUEST:
        return this.#onRequest(message.block)
      case CANCEL:
        return this.#onCancel(message.block)
      case RANGE_REQUEST:
        return this.#onRangeRequest(message)
      case RANGE_CANCEL:
        return this.#onRangeCancel(message)
    }
  }

  /** Forgets what the peer has asked for. Each range gets its last answer; single blocks count as never asked for. */
  stop(): void {
    for (const open of [this.#blocks, this.#ranges]) {
      for (const upload of open.values()) this.#end(upload)
    }
  }

  #onRequest(block: number): void {
    // Asking twice, or for what was never offered, gets nothing; above all, it puts nothing onto our own list of wants.
    if (!this.#peer.may('serve') || this.#blocks.has(block) || !this.#peer.feed.have.has(block)) return
    this.#peer.link.uploads.add({
      id: block,
      open: this.#blocks,
      isRange: false,
      read: async () => {
        const found = await this.#peer.feed.readForPeer(block)
        if (!found) return undefined
        const send = () => {
          this.#peer.channel.send({ type: RESPONSE, block, ...found })
          this.#peer.feed.emit('upload', block, found.data)
          return false
        }
        return { bytes: found.data.length, send }
      },
      failed: (error) => this.#peer.feed.emit('error', error)
    })
  }

  #onCancel(block: number): void {
    const upload = this.#blocks.get(block)
    if (upload) this.#end(upload)
  }

  #onRangeRequest(request: RangeRequest): void {
    const { id, start, count, top } = request
    if (this.#ranges.has(id)) throw new ProtocolError(`request ${id} came twice`)
    const upload = new RangeUpload(request, this.#peer, this.#ranges)
    if (!this.#peer.may('serve')) return upload.refuse()
    if (top !== undefined && !this.#peer.feed.tree.isAbove(top, start, start + count)) {
      throw new ProtocolError(`request ${id} is not below its top`)
    }
    this.#peer.link.uploads.add(upload)
  }

  #onRangeCancel({ id, start, count }: RangeCancel): void {
    const upload = this.#ranges.get(id)
    if (upload?.cancel({ start, end: start + count })) this.#end(upload)
  }

  #end(upload: Upload): void {
    this.#peer.link.uploads.delete(upload)
    upload.refuse?.()
  }
}
