import type { TreeNode } from '@anyfeed/interfaces'
import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { TrustedTop } from '../tree/range-verifier.ts'
import type { Run } from '../tree/subtree.ts'
import { encodeParts } from '../wire/encode.ts'
import {
  CANCEL,
  HAVE,
  LEAVE,
  type Message,
  PAUSE,
  RANGE_CANCEL,
  RANGE_REQUEST,
  RANGE_RESPONSE,
  type RangeCancel,
  type RangeRequest,
  type RangeResponse,
  REQUEST,
  RESPONSE,
  UNPAUSE
} from '../wire/messages.ts'
import type { Outbox } from './outbox.ts'
import type { Permission } from './permission.ts'

/** A feed that peers may join: what a session must know of it. */
export interface Joinable {
  readonly id: Uint8Array
  /** The hash of the id that names it in discovery. */
  readonly topic: Uint8Array
  /** The number of blocks; 0 while it is not known. */
  readonly blocks: number
  /** Whether peers are asked of our own accord: something is missing here. */
  readonly wanting: boolean
  /** A peer of version 1 was sent a Join and has not joined: it may be asked for something all the same. */
  onJoining?(channel: Channel): void
}

/** A range request that goes out with a Join: a round trip less until the first block. Its id is 0. */
export interface EarlyRequest {
  readonly run: Run
  readonly trusted: TrustedTop | undefined
  readonly trustEpoch: number
}

/** What becomes of a channel's messages. A handler throws a `ProtocolError` or `VerificationError` to end the stream. */
export interface ChannelHandler {
  /** The remote has these blocks too; `undefined`: its whole bitfield was replaced. */
  onHave(blocks: readonly number[] | undefined): void
  onPause(): void
  onUnpause(): void
  onRequest(block: number): void
  onCancel(block: number): void
  onResponse(block: number, data: Uint8Array, proof: readonly TreeNode[]): void
  onRangeRequest(request: RangeRequest): void
  onRangeCancel(cancel: RangeCancel): void
  onRangeResponse(answer: RangeResponse): void
  /** The channel is over, by either side or with the stream. Called once, nothing follows. */
  onLeave(): void
}

/** How the remote named the feed that it joined. */
export type JoinName = { readonly id: Uint8Array } | { readonly prefix: Uint8Array; readonly proof: Uint8Array }

/** What a remote told of one of its channels, which may be before we joined the feed. */
export class RemoteSide {
  /** The remote's number for the channel. */
  readonly number: number
  readonly name: JoinName
  readonly have = new PagedBitfield()
  /** What of its memory is counted against the remote. */
  haveCost = 0
  paused = true
  /** We have left; the remote's Leave is still to come (version 1). */
  closing = false
  channel: Channel | undefined
  /** What the remote asked for along with its Join: to be answered when we join. */
  early: RangeRequest | undefined

  constructor(number: number, name: JoinName) {
    this.number = number
    this.name = name
  }
}

export interface ChannelOptions {
  readonly permission: Permission
  /** Whether the remote understands range requests. */
  readonly ranges: boolean
  readonly outbox: Outbox
  /** Whether the user has paused fetching from this peer. */
  readonly fetchPaused?: (() => boolean) | undefined
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
  early: EarlyRequest | undefined
  readonly #outbox: Outbox
  readonly #paused: (() => boolean) | undefined

  constructor(feed: Joinable, number: number, options: ChannelOptions) {
    this.feed = feed
    this.number = number
    this.permission = options.permission
    this.ranges = options.ranges
    this.#outbox = options.outbox
    this.#paused = options.fetchPaused
  }

  /** Whether the user has paused fetching from this peer. */
  get fetchPaused(): boolean {
    return this.#paused?.() ?? false
  }

  sendHave(blocks: readonly number[], bitfield?: Uint8Array): void {
    this.#send({ type: HAVE, channel: this.number, blocks, bitfield })
  }

  sendPause(): void {
    this.#send({ type: PAUSE, channel: this.number })
  }

  sendUnpause(): void {
    this.#send({ type: UNPAUSE, channel: this.number })
  }

  sendRequest(block: number): void {
    this.#send({ type: REQUEST, channel: this.number, block })
  }

  sendCancel(block: number): void {
    this.#send({ type: CANCEL, channel: this.number, block })
  }

  sendLeave(): void {
    this.#send({ type: LEAVE, channel: this.number })
  }

  /** Sends a block and its proof without copying a long block: its array belongs to the connection from now on. */
  sendResponse(block: number, data: Uint8Array, proof: readonly TreeNode[]): void {
    this.#send({ type: RESPONSE, channel: this.number, block, data, proof })
  }

  sendRangeRequest(id: number, { start, end }: Run, top: number | undefined): void {
    this.#send({ type: RANGE_REQUEST, channel: this.number, id, start, count: end - start, top })
  }

  /** Asks for something before the remote has joined: once. */
  askEarly(request: EarlyRequest): void {
    this.early = request
    this.sendRangeRequest(0, request.run, request.trusted?.top.index)
  }

  sendRangeCancel(id: number, { start, end }: Run): void {
    this.#send({ type: RANGE_CANCEL, channel: this.number, id, start, count: end - start })
  }

  /** Sends neighbouring blocks and their proof. Long blocks are not copied: their arrays belong to the connection. */
  sendRangeResponse(answer: Omit<RangeResponse, 'type' | 'channel'>): void {
    this.#send({ type: RANGE_RESPONSE, channel: this.number, ...answer })
  }

  #send(message: Message): void {
    if (!this.left) for (const part of encodeParts(message)) this.#outbox.push(part)
  }
}
