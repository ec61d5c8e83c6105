import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { TrustedTop } from '../tree/range-verifier.ts'
import type { Run } from '../tree/subtree.ts'
import { encodeParts } from '../wire/encode.ts'
import { type Message, RANGE_REQUEST, type RangeRequest } from '../wire/messages.ts'
import type { Outbox } from './outbox.ts'
import type { Permission } from './permission.ts'

/** A feed that peers may join: what a session must know of it. */
export interface Joinable {
  readonly id: Uint8Array
  /** The hash of the id that names it in discovery. */
  readonly topic: Uint8Array
  /** The number of blocks; 0 while it is not known. */
  readonly blocks: number
  /** Whether every block is here; otherwise peers are asked of our own accord. */
  readonly complete: boolean
}

/** A run of blocks that is to be asked for. */
export interface RunRequest extends Run {
  /** The node that its proofs rest on; `undefined`: they bring the roots. */
  readonly trusted?: TrustedTop | undefined
  /** The tree's epoch then. */
  readonly epoch?: number
}

/** What becomes of a channel's messages. */
export interface ChannelHandler {
  /**
   * Any message but a Join or a Leave; of a Have, the blocks that are new. Throws a `ProtocolError` or a
   * `VerificationError` to end the stream.
   */
  onMessage(message: Message): void
  /** The channel is over, by either side or with the stream. Called once, nothing follows. */
  onLeave(): void
}

/** A message without the channel's number. */
export type Outgoing<M extends Message = Message> = M extends Message ? Omit<M, 'channel'> : never

/** What a remote told of one of its channels, which may be before we joined the feed. */
export class RemoteSide {
  /** The remote's number for the channel. */
  readonly number: number
  /** The feed's id, or the proof that the remote knows it, in hexadecimal digits. */
  readonly name: string
  readonly have = new PagedBitfield()
  /** What of its memory is counted against the remote. */
  haveCost = 0
  paused = true
  /** Our side; once we have left, the remote's Leave is still to come (version 1). */
  channel: Channel | undefined
  /** What the remote asked for along with its Join: to be answered when we join. */
  early: RangeRequest | undefined

  constructor(number: number, name: string) {
    this.number = number
    this.name = name
  }
}

/** Our side of a feed's channel on one stream. */
export class Channel {
  readonly feed: Joinable
  /** Our number for the channel. */
  readonly number: number
  /** The remote's side, once it has joined. */
  remote: RemoteSide | undefined
  handler: ChannelHandler | undefined
  left = false
  readonly permission: Permission
  /** Whether the remote understands range requests. */
  readonly ranges: boolean
  /** What was asked for along with our Join. */
  early: RunRequest | undefined
  readonly #outbox: Outbox

  constructor(feed: Joinable, number: number, permission: Permission, ranges: boolean, outbox: Outbox) {
    this.feed = feed
    this.number = number
    this.permission = permission
    this.ranges = ranges
    this.#outbox = outbox
  }

  /** Asks for something before the remote has joined, once: a round trip less until the first block. */
  askEarly(request: RunRequest): void {
    this.early = request
    this.askRange(0, request)
  }

  askRange(id: number, { start, end, trusted }: RunRequest): void {
    this.send({ type: RANGE_REQUEST, id, start, count: end - start, top: trusted?.top.index })
  }

  /** Sends a message, unless we have left. Long blocks are not copied: their arrays belong to the connection. */
  send(message: Outgoing): void {
    if (this.left) return
    for (const part of encodeParts({ ...message, channel: this.number })) this.#outbox.push(part)
  }
}
