import type { PeerStream as CorePeerStream } from '@anyfeed/core'
import { emitTo } from './callbacks.ts'
import { asBuffer } from './feed-id.ts'
import { Buffer, Duplex, type Readable } from './platform.ts'
import { heardError } from './quiet-destroy.ts'

/** Names that extensions cannot have: a message would pass for an event of the stream. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  'close',
  'data',
  'drain',
  'end',
  'error',
  'finish',
  'handshake',
  'newListener',
  'pause',
  'pipe',
  'prefinish',
  'readable',
  'removeListener',
  'resume',
  'unpipe'
])

/** What a stream's core is told. */
export interface PeerStreamHooks {
  onHandshake(peer: PeerStream): void
  onEnd(peer: PeerStream): void
}

/**
 * Replication with one peer: pipe it together with the peer's stream, or with a connection. Emits `handshake` when the
 * peer's has come, and an extension's messages under the extension's name, each as a Buffer.
 *
 * When the peer breaks the protocol the stream is destroyed, with an `error` if anybody listens for it, and with `close`
 * alone if not. What is piped into it, a socket for the most part, goes with it; when that fails or closes, so does the
 * stream, and a socket's error for which nobody else listens ends the stream instead of the program.
 */
export class PeerStream extends Duplex {
  /** The id of the core here: 32 bytes. */
  readonly id: Buffer
  /** The id that the remote gave itself: 32 bytes; `null` before its handshake. */
  remoteId: Buffer | null = null
  readonly #peer: CorePeerStream
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #sources = new Set<Readable>()

  /** Made by `core.createPeerStream`. */
  constructor(peer: CorePeerStream, id: Buffer, hooks: PeerStreamHooks) {
    super()
    this.id = id
    this.#peer = peer
    this.#chunks = peer.source[Symbol.asyncIterator]()
    peer.on('handshake', () => {
      this.remoteId = Buffer.from(peer.remoteId as Uint8Array)
      hooks.onHandshake(this)
      emitTo(this, 'handshake')
    })
    peer.on('message', (extension, payload) => emitTo(this, extension, Buffer.from(payload)))
    peer.on('end', (error) => {
      hooks.onEnd(this)
      if (error !== undefined) this.destroy(error)
    })
    // After a clean end, what the remote still sends is nobody's.
    this.once('end', () => this.destroy())
    this.on('pipe', (source: Readable) => this.#onPipe(source))
    this.on('unpipe', (source: Readable) => {
      // A pipe lets go by itself at the end; it is still what the stream is joined to.
      if (!this.writableEnded) this.#sources.delete(source)
    })
  }

  /** Whether both sides have the extension; `false` before the handshake. */
  remoteSupports(extension: string): boolean {
    return this.#peer.supports(extension)
  }

  /**
   * Sends an extension message. Returns whether the remote supports the extension: if not, nothing is sent.
   *
   * Throws a `RangeError` for a message over the frame limit of 5 MiB, or when 64 MiB wait to be sent already, and a
   * `TypeError` for what is neither bytes nor a string.
   */
  send(extension: string, message: Uint8Array | string): boolean {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      throw new TypeError('a message is a Buffer, a Uint8Array or a string')
    }
    return this.#peer.send(extension, message)
  }

  // One chunk is taken when there is room for it: a reader that stops, stops what is read from the database.
  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => this.push(done ? null : asBuffer(value)),
      // The peer's `end` event has told it.
      () => {}
    )
  }

  // The core takes in no more than it asked for, so that there is nothing to wait for.
  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#peer.receive(chunk)
    callback()
  }

  override _final(callback: (error?: Error | null) => void): void {
    const ended = () => callback()
    this.#peer.sink([]).then(ended, ended)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#peer.destroy()
    const sources = [...this.#sources]
    // A pipe into the stream listens for errors only to throw those for which nobody else does.
    for (const source of sources) source.unpipe?.(this)
    callback(heardError(this, error))
    const clean = error === null && this.readableEnded
    // It may have more to say before its own end, which nobody would read.
    for (const source of sources) clean ? source.resume?.() : source.destroy?.()
  }

  #onPipe(source: Readable): void {
    if (this.destroyed) return
    this.#sources.add(source)
    source.once('error', (error: Error) => this.destroy(error))
    source.once('close', () => {
      if (this.#sources.has(source) && !this.writableEnded) this.destroy()
    })
  }
}
