import { ClosedError } from '@anyfeed/interfaces'
import type { Stream } from '@libp2p/interface'

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type SourceIterator = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/** Bytes that may wait in the stream for room in the connection, so that there is always something to fill it with. */
export const SENT_AHEAD = 256 * 1024

export interface SendingParts {
  readonly stream: Stream
  /** Ends the sending direction of the stream; resolves when libp2p has it all. */
  readonly end: () => Promise<void>
  /** Called with the reason when sending fails. */
  readonly abort: (reason: Error) => void
  /** What to say of something that libp2p threw. */
  readonly broken: (thrown: unknown) => Error
}

/** The sending direction of a libp2p stream: moves what a source gives into it, without a copy. */
export class Sending {
  readonly #parts: SendingParts
  #called = false
  #closed = false
  #failure: Error | undefined
  /** The one thing that is waited for: a source, room, or the end. Not a race: it would leak into a long-lived promise. */
  #waiting: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined

  constructor(parts: SendingParts) {
    this.#parts = parts
    // `onDrain()` serves a single time for the life of a stream; the event comes each time.
    parts.stream.addEventListener('drain', () => this.#waiting?.resolve())
  }

  /** See {@link Connection.sink}. */
  async send(source: Source): Promise<void> {
    if (this.#called) throw new TypeError('the sink of a connection can be called once')
    if (this.#closed) throw new ClosedError('the connection was closed before its sink was called')
    this.#called = true
    let iterator: SourceIterator | undefined
    try {
      if (this.#failure !== undefined) throw this.#failure
      iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
      await this.#move(iterator)
      await this.#end()
    } catch (error) {
      // Whatever failed first is the reason; a source that falls over because of it says nothing new.
      const reason = this.#failure ?? (error as Error)
      // Where the link is over already, what came in before that is still the reader's.
      if (this.#failure === undefined) this.#parts.abort(reason)
      leave(iterator)
      throw reason
    }
  }

  /** Ends the direction if no source is being sent; a source that is goes on to its end. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    // Where it fails, the stream's `close` event says so.
    if (!this.#called && this.#failure === undefined) this.#parts.end().catch(() => {})
  }

  /** Makes a running or later {@link send} reject with `reason`. */
  fail(reason: Error): void {
    this.#failure ??= reason
    this.#waiting?.reject(reason)
  }

  async #move(iterator: SourceIterator): Promise<void> {
    for (;;) {
      const next = iterator.next()
      const step = 'then' in next ? await this.#answer(next as PromiseLike<IteratorResult<Uint8Array>>) : next
      if (step.done === true) return
      if (!(step.value instanceof Uint8Array)) throw new TypeError('a connection sends Uint8Arrays')
      if (step.value.byteLength === 0 || this.#write(step.value)) continue
      // Asked again after each event: what room there was may have gone to what still waited.
      while (this.#full()) await this.#drained()
    }
  }

  #full(): boolean {
    const { stream } = this.#parts
    // Where libp2p was given a bound of its own, passing it would reset the stream.
    const ahead = (stream.maxWriteBufferLength ?? Infinity) === Infinity ? SENT_AHEAD : 0
    return stream.writableNeedsDrain && stream.writeBufferLength >= ahead
  }

  /** Whether there is room for more. */
  #write(chunk: Uint8Array): boolean {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return this.#parts.stream.send(chunk)
    } catch (error) {
      throw this.#parts.broken(error)
    }
  }

  /** An abort empties the stream's buffer, after which libp2p takes it for sent, or waits for ever: so it is not relied on. */
  async #end(): Promise<void> {
    await this.#answer(
      this.#parts.end().catch((error) => {
        throw this.#parts.broken(error)
      })
    )
  }

  #answer<T>(next: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#waiting = { resolve: () => {}, reject }
      next.then(resolve, reject)
    })
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure)
      else if (!this.#full()) resolve()
      else this.#waiting = { resolve, reject }
    })
  }
}

/** Lets a source clean up. Not waited for: a generator that hangs would hang the sink too, and its word no longer counts. */
function leave(iterator: SourceIterator | undefined): void {
  new Promise((resolve) => resolve(iterator?.return?.())).catch(() => {})
}
