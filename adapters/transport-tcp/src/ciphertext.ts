import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/** Bytes of ciphertext that wait on their way from or to the socket, each way. */
export const CIPHERTEXT_BUFFERED = 128 * 1024

/**
 * The encrypted bytes of a TLS connection on their way between `node:tls` and the socket.
 *
 * It stands between them for one reason: Node shows a TCP connection that ends without TLS's `close_notify` as an
 * ordinary end, so that anyone on the way could cut a stream short (RFC 8446, section 6.1). Here the end of the TCP
 * stream is kept from TLS, so that its `end` event means `close_notify` and nothing else; {@link watchTruncation}
 * sees to the other case. It costs TLS about a third of its speed.
 */
export class Ciphertext extends Duplex {
  readonly #raw: Socket

  constructor(raw: Socket) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: CIPHERTEXT_BUFFERED,
      writableHighWaterMark: CIPHERTEXT_BUFFERED
    })
    this.#raw = raw
    raw.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) raw.pause()
    })
    // Errors are for whoever watches `raw`; this end only must not throw them.
    this.on('error', () => {})
    // A socket that was over both ways may be gone while a reader still has plaintext to take from TLS.
    raw.on('close', () => {
      if (!(raw.readableEnded && raw.writableFinished)) this.destroy()
    })
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(chunk, done)
  }

  override _writev(chunks: Array<{ chunk: Buffer }>, done: (error?: Error | null) => void): void {
    this.#raw.cork()
    chunks.forEach(({ chunk }, index) => {
      this.#raw.write(chunk, index === chunks.length - 1 ? done : undefined)
    })
    this.#raw.uncork()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.destroy()
    done(error)
  }
}

/** Destroys `socket` with `error` once everything that `raw` brought was read from it and no `close_notify` was there. */
export function watchTruncation(raw: Socket, socket: TLSSocket, error: () => Error): void {
  let cut = false
  // By the next turn of the loop TLS has seen every byte and told of its end, unless a reader's pause holds that back.
  const check = () => {
    if (socket.readableEnded || socket.destroyed) return
    setImmediate(() => {
      if (socket.readableEnded || socket.destroyed) return
      if (!socket.isPaused() && socket.readableLength === 0) socket.destroy(error())
    })
  }
  raw.on('end', () => {
    cut = true
    check()
  })
  socket.on('resume', () => {
    if (cut) check()
  })
}
