import { ProtocolError } from '@anyfeed/interfaces'
import { plainBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { MAX_BITFIELD_BLOCKS, MAX_BLOCKS } from '../limits.ts'
import { decodeHandshake, decodeMessage, messageType } from '../wire/decode.ts'
import { encodeExtension, encodeHandshake, KEEP_ALIVE } from '../wire/encode.ts'
import { FrameDecoder } from '../wire/frame-decoder.ts'
import {
  FIRST_EXTENSION,
  HAVE,
  type Handshake,
  type Have,
  JOIN,
  type Join,
  LEAVE,
  type Message,
  PAUSE,
  PRIVATE_JOIN,
  RANGE_REQUEST,
  UNPAUSE
} from '../wire/messages.ts'
import type { Channel, Joinable, RemoteSide } from './channel.ts'
import { ChannelTable } from './channel-table.ts'
import { joinProof } from './join-proof.ts'
import { Liveness } from './liveness.ts'
import type { SessionEvents, SessionOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import { EVERYTHING, type Permission } from './permission.ts'

/** The version of the wire protocol that is spoken here. Version 0 is hypercore 1.x. */
export const VERSION = 1

/** What a peer's bitfields may take of our memory, in bytes, on one stream. */
const MAX_BITFIELD_COST = 64 * 1024 * 1024

/**
 * One peer stream as a state machine that does no I/O: bytes in, bytes out, events (PROTOCOL sections 2 and 3).
 *
 * Whatever the remote does wrong ends this stream, with a {@link ProtocolError}, and touches nothing else.
 */
export class Session {
  readonly outbox: Outbox
  readonly options: SessionOptions
  readonly #events: SessionEvents
  readonly #decoder = new FrameDecoder()
  readonly #channels = new ChannelTable()
  readonly #liveness: Liveness
  /** What may be traded, feed by feed: each is decided once; `undefined` while that is being done, or could not be. */
  readonly #permissions = new WeakMap<Joinable, Permission | undefined>()
  /** What the remote said of itself, once its handshake has come. */
  remote: Handshake | undefined
  /** Whether the remote is of version 1: it understands private joins and range requests, and keeps the link alive. */
  #ranges = false
  /** Whether the remote sent a nonce of our own: we have reached ourselves, and the stream has ended with an error. */
  isSelf = false
  #bitfieldCost = 0
  ended = false

  constructor(options: SessionOptions, events: SessionEvents) {
    this.options = options
    this.#events = events
    this.outbox = new Outbox(() => {
      this.#liveness.sent()
      if (this.outbox.bytes < options.lowWater) events.onDrain()
    })
    this.#liveness = new Liveness(options.clock, options, this)
    this.outbox.push(encodeHandshake({ ...options, protocol: 'hypercore', version: VERSION }))
  }

  /** How many feeds both sides have joined. */
  get sharedFeeds(): number {
    let shared = 0
    for (const { remote } of this.#channels.channels()) if (remote) shared++
    return shared
  }

  /** The stream was joined to a link: its deadlines begin. */
  start(): void {
    if (!this.ended) this.#liveness.start()
  }

  /** Keeps the link open: what waits to be sent does so as well. */
  keepAlive(): void {
    if (this.outbox.bytes === 0) this.outbox.push(KEEP_ALIVE)
  }

  /** Takes bytes of the remote in. */
  receive(chunk: Uint8Array): void {
    if (this.ended) return
    this.#liveness.received()
    try {
      for (const frame of this.#decoder.push(plainBytes(chunk))) {
        this.#onFrame(frame)
        if (this.ended) return
      }
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** The remote has ended its side. In the middle of a frame that is an error. */
  receiveEnd(): void {
    if (!this.ended && this.#decoder.partial) this.destroy(new ProtocolError('the stream ends within a frame'))
    else this.end()
  }

  /** Ends the stream after what was sent. */
  end(): void {
    this.#finish(undefined)
    this.outbox.end()
  }

  /** Ends the stream at once. After a clean end, only what was still to be sent is given up. */
  destroy(error: Error): void {
    this.#finish(error)
    this.outbox.fail(error)
  }

  /** Whether both sides have the extension. */
  supports(name: string): boolean {
    return this.options.extensions.includes(name) && (this.remote?.extensions.includes(name) ?? false)
  }

  /** Sends an extension message; returns whether the remote supports the extension. */
  sendExtension(name: string, payload: Uint8Array): boolean {
    if (this.ended || !this.supports(name)) return false
    this.outbox.push(encodeExtension(FIRST_EXTENSION + this.options.extensions.indexOf(name), payload))
    return true
  }

  /** A feed was opened here, or something of it is wanted now: answers a Join that came before, or joins of our own accord. */
  offer(feed: Joinable): void {
    if (this.ended || !this.remote || this.#channels.of(feed.id)) return
    const joined = this.#channels.unmatched(feed.id, this.#proof(feed, 'theirs'))
    const wanted = this.#ranges ? !feed.complete : this.#channels.isKnown(feed.id)
    if (!joined && !wanted) return
    const permission = this.#permissionOf(feed, this.remote)
    // Whoever decides may have done anything meanwhile.
    if (!permission || this.ended || this.#channels.of(feed.id)) return
    const { serve, fetch } = permission
    // To a peer of version 1 that has not joined, a Join says that something is wanted.
    if (!fetch && !(serve && (joined || !this.#ranges))) return
    const channel = this.#channels.open(feed, permission, this.#ranges, this.outbox)
    if (this.#ranges) {
      channel.send({ type: PRIVATE_JOIN, prefix: feed.topic.subarray(0, 2), proof: this.#proof(feed, 'ours') })
    } else {
      channel.send({ type: JOIN, id: feed.id })
    }
    if (joined) this.#open(channel, joined)
    else if (this.#ranges && fetch) this.#events.onJoining(channel)
  }

  #permissionOf(feed: Joinable, remote: Handshake): Permission | undefined {
    if (!this.#permissions.has(feed)) {
      this.#permissions.set(feed, undefined)
      try {
        const permission = this.options.permission?.(feed, remote) ?? EVERYTHING
        if (!(permission instanceof Promise)) this.#permissions.set(feed, permission)
        else permission.then((decided) => this.#onPermitted(feed, decided)).catch((error) => this.destroy(error))
      } catch (error) {
        this.destroy(error as Error)
      }
    }
    return this.#permissions.get(feed)
  }

  /** What may be traded on a feed was decided, which may have been closed meanwhile. */
  #onPermitted(feed: Joinable, permission: Permission): void {
    this.#permissions.set(feed, permission)
    if (this.options.directory.byId(feed.id) === feed) this.offer(feed)
  }

  /** A feed was closed here. */
  leave(feed: Joinable): void {
    const channel = this.#channels.of(feed.id)
    if (channel) this.#leave(channel)
  }

  #onFrame(frame: Uint8Array): void {
    if (frame.length === 0) return
    if (!this.remote) return this.#onHandshake(decodeHandshake(frame))
    const type = messageType(frame)
    if (type >= FIRST_EXTENSION) {
      const name = this.remote.extensions[type - FIRST_EXTENSION]
      if (name !== undefined && this.supports(name)) this.#events.onExtension(name, frame.subarray(1))
      return
    }
    // Version 0 does not have them: there they are unknown types.
    if (type >= PRIVATE_JOIN && !this.#ranges) return
    const message = decodeMessage(frame)
    if (message?.type === JOIN || message?.type === PRIVATE_JOIN) this.#onJoin(message)
    else if (message) this.#onMessage(message)
  }

  #onHandshake(remote: Handshake): void {
    if (!/^hyper(core|drive)$/.test(remote.protocol)) throw new ProtocolError('the protocol is not hypercore')
    if (remote.nonce && this.options.directory.isOwnNonce(remote.nonce)) {
      this.isSelf = true
      // Otherwise our own proofs, sent back to us on this or another stream, would pass for the peer's.
      throw new ProtocolError('the nonce is our own')
    }
    this.remote = remote
    this.#ranges = remote.version >= 1
    this.#liveness.handshaken(this.#ranges)
    this.#events.onHandshake(remote)
    for (const feed of this.options.directory.wanting()) this.offer(feed)
  }

  #onJoin(message: Join): void {
    const { directory } = this.options
    const isPublic = message.type === JOIN
    const remote = this.#channels.openRemote(message.channel, isPublic ? message.id : message.proof)
    const feed = isPublic
      ? directory.byId(message.id)
      : directory.byTopicPrefix(message.prefix).find((feed) => toHex(this.#proof(feed, 'theirs')) === remote.name)
    const channel = feed && this.#channels.of(feed.id)
    if (channel) this.#open(channel, remote)
    else if (feed) this.offer(feed)
  }

  #onMessage(message: Exclude<Message, Join>): void {
    const remote = this.#channels.remote(message.channel)
    if (!remote) return
    const { channel } = remote
    if (message.type === LEAVE) return this.#onLeave(remote)
    if (channel?.left) return
    if (message.type === HAVE) return this.#onHave(remote, message)
    if (message.type === PAUSE || message.type === UNPAUSE) remote.paused = message.type === PAUSE
    if (channel?.handler) channel.handler.onMessage(message)
    else if (message.type === RANGE_REQUEST) remote.early ??= message
  }

  #onLeave(remote: RemoteSide): void {
    const { channel } = remote
    if (channel && !channel.left) this.#leave(channel)
    this.#channels.closeRemote(remote)
    this.#clearHave(remote)
    // Our Join stands for when the remote opens the feed again.
    const feed = channel && this.options.directory.byId(channel.feed.id)
    if (feed?.complete === false && this.#ranges) this.offer(feed)
  }

  #onHave(remote: RemoteSide, message: Have): void {
    const { channel } = remote
    if (message.bitfield) remote.have.setBytes(message.bitfield)
    // A feed that is not open here is not worth more memory than a bitfield takes.
    const limit = channel ? channel.feed.blocks || MAX_BLOCKS : MAX_BITFIELD_BLOCKS
    const blocks = message.blocks.filter((block) => block < limit && remote.have.put(block))
    this.#countHave(remote)
    if (this.#bitfieldCost > MAX_BITFIELD_COST) throw new ProtocolError('the bitfields are too large')
    channel?.handler?.onMessage({ ...message, blocks })
  }

  #open(channel: Channel, remote: RemoteSide): void {
    this.#channels.match(channel, remote)
    channel.handler = this.#events.onChannel(channel)
    const { early } = remote
    remote.early = undefined
    if (early) channel.handler.onMessage(early)
  }

  #leave(channel: Channel): void {
    channel.send({ type: LEAVE })
    this.#channels.close(channel)
    const { remote } = channel
    if (remote) {
      // hypercore 1.x sends no Leave of its own in answer: with ours, both numbers are free.
      if (!this.#ranges) this.#channels.closeRemote(remote)
      this.#clearHave(remote)
    }
    channel.handler?.onLeave()
  }

  #clearHave(remote: RemoteSide): void {
    remote.have.clear()
    this.#countHave(remote)
  }

  #countHave(remote: RemoteSide): void {
    this.#bitfieldCost += remote.have.cost - remote.haveCost
    remote.haveCost = remote.have.cost
  }

  #proof(feed: Joinable, whose: 'ours' | 'theirs'): Uint8Array {
    const ours = this.options.nonce
    const theirs = this.remote?.nonce ?? new Uint8Array(0)
    const nonces = whose === 'ours' ? ([ours, theirs] as const) : ([theirs, ours] as const)
    return joinProof(this.options.sha256, feed.id, nonces, this.options.channelBinding)
  }

  #finish(error: Error | undefined): void {
    if (this.ended) return
    this.ended = true
    this.#liveness.stop()
    const channels = [...this.#channels.channels()]
    for (const channel of channels) this.#channels.close(channel)
    for (const { handler } of channels) handler?.onLeave()
    this.#events.onEnd(error)
  }
}
