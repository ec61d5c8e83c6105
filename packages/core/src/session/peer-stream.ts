import { ClosedError } from '@anyfeed/interfaces'
import { toUtf8 } from '../bytes/utf8.ts'
import { Emitter } from '../events/emitter.ts'
import { MAX_EXTENSION_MESSAGE_BYTES } from '../limits.ts'
import type { SessionEvents, SessionOptions } from './options.ts'
import type { TradeDirection } from './permission.ts'
import { Session } from './session.ts'

/** What may wait to be sent to a peer before `send` refuses more, in bytes. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

export interface PeerStreamEvents {
  /** The remote's handshake has come. */
  handshake: []
  /** An extension message came. The payload is only to be read. */
  message: [extension: string, payload: Uint8Array]
  /** The stream is over; with an error unless it ended as it should. */
  end: [error: Error | undefined]
}

/** What the feeds share that are traded on a stream. */
export interface StreamLink {
  readonly window: { readonly roundTripTime: number | undefined }
  readonly pauses: { pause(direction?: TradeDirection): void; resume(direction?: TradeDirection): void }
  /** Bytes came in. */
  received(bytes: number): void
  onDrain(): void
  stop(): void
}

/** What a stream's core is told. */
export interface StreamEvents extends Omit<SessionEvents, 'onExtension' | 'onDrain'> {
  /** Makes what feeds share: called once, before anything else. */
  link(session: Session): StreamLink
}

/**
 * Replication with one peer, as the ecosystem's async-iterable duplex: pipe it with a connection.
 *
 * @example
 * pipe(connection, core.replicate(), connection)
 */
export class PeerStream extends Emitter<PeerStreamEvents> {
  /** Bytes for the remote. It ends or throws when the stream does. Iterated once. */
  readonly source: AsyncIterable<Uint8Array>
  /** Takes bytes of the remote in. Resolves when the stream is over; rejects with what ended it. */
  readonly sink = async (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => {
    this.#session.start()
    try {
      for await (const chunk of source) {
        this.receive(chunk)
        // After an end without an error, what the remote still sends is passed over until it ends too: to stop reading
        // would cut off what is on its way to it.
        if (this.#error) break
      }
    } catch (error) {
      this.#session.destroy(error as Error)
    }
    this.#session.receiveEnd()
    if (this.#error) throw this.#error
  }

  /** Resolves, never rejects, when the stream is over. */
  readonly closed: Promise<void>
  readonly #session: Session
  readonly #link: StreamLink
  #bytesReceived = 0
  #bytesSent = 0
  #error: Error | undefined
  #close!: () => void

  /** Made by `core.replicate`. */
  constructor(options: SessionOptions, events: StreamEvents) {
    super()
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
    this.#session = new Session(options, {
      ...events,
      onHandshake: (remote) => {
        events.onHandshake(remote)
        this.emit('handshake')
      },
      onExtension: (name, payload) => {
        this.emit('message', name, payload)
      },
      onDrain: () => this.#link.onDrain(),
      onEnd: (error) => {
        this.#error = error
        this.#link.stop()
        events.onEnd(error)
        this.emit('end', error)
        this.removeAllListeners()
        this.#close()
      }
    })
    this.#link = events.link(this.#session)
    this.source = this.#source()
  }

  /** The stream as a state machine. */
  get session(): Session {
    return this.#session
  }

  /** The id that the remote gave itself: 32 bytes; `undefined` before its handshake. */
  get remoteId(): Uint8Array | undefined {
    return this.#session.remote?.id
  }

  /** The version of the protocol that the remote speaks, 0 for hypercore 1.x; `undefined` before its handshake. */
  get remoteVersion(): number | undefined {
    return this.#session.remote?.version
  }

  /** The names of the remote's extensions; empty before its handshake. */
  get remoteExtensions(): readonly string[] {
    return this.#session.remote?.extensions ?? []
  }

  /** Bytes taken in from the remote. */
  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** Bytes handed on to be sent. */
  get bytesSent(): number {
    return this.#bytesSent
  }

  /** Whether the remote turned out to be this very core: the stream has ended with an error. */
  get isSelf(): boolean {
    return this.#session.isSelf
  }

  /** How many feeds both sides have joined. */
  get sharedFeeds(): number {
    return this.#session.sharedFeeds
  }

  /** How quickly the remote answers a request for a block, in milliseconds; `undefined` until it has answered one. */
  get roundTripTime(): number | undefined {
    return this.#link.window.roundTripTime
  }

  /** Sends the peer no more blocks (`serve`), asks it for none (`fetch`), or neither, on all feeds. It is told. */
  pause(direction?: TradeDirection): void {
    this.#link.pauses.pause(direction)
  }

  /** Goes on with what was paused. */
  resume(direction?: TradeDirection): void {
    this.#link.pauses.resume(direction)
  }

  /** Whether both sides have the extension; `false` before the handshake. */
  supports(extension: string): boolean {
    return this.#session.supports(extension)
  }

  /**
   * Sends an extension message. Returns whether the remote supports the extension: if not, nothing is sent.
   *
   * Throws a `RangeError` for a message that is over the frame limit, or when 64 MiB wait to be sent already.
   */
  send(extension: string, payload: Uint8Array | string): boolean {
    const bytes = typeof payload === 'string' ? toUtf8(payload) : payload
    if (!(bytes instanceof Uint8Array)) throw new TypeError('a message is a Uint8Array or a string')
    if (bytes.length > MAX_EXTENSION_MESSAGE_BYTES) {
      throw new RangeError(`a message has up to ${MAX_EXTENSION_MESSAGE_BYTES} bytes`)
    }
    if (this.#session.outbox.bytes + bytes.length > MAX_WAITING_BYTES) {
      throw new RangeError(`more than ${MAX_WAITING_BYTES} bytes wait to be sent`)
    }
    return this.#session.sendExtension(extension, bytes)
  }

  /** Takes one chunk in, as `sink` does with each. */
  receive(chunk: Uint8Array): void {
    this.#bytesReceived += chunk.length
    this.#link.received(chunk.length)
    this.#session.receive(chunk)
  }

  /** Ends the stream after what was sent. */
  end(): void {
    this.#session.end()
  }

  /** Ends the stream at once. */
  destroy(error: Error = new ClosedError('the stream was destroyed')): void {
    this.#session.destroy(error)
  }

  async *#source(): AsyncGenerator<Uint8Array, void> {
    this.#session.start()
    try {
      for await (const chunk of this.#session.outbox.chunks()) {
        this.#bytesSent += chunk.length
        yield chunk
      }
    } finally {
      // Whoever stops reading has lost the link.
      this.#session.destroy(new ClosedError('the link was closed'))
    }
  }
}
