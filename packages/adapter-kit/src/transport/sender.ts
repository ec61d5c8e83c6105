import { ClosedError } from '@anyfeed/interfaces'

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type SourceIterator = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/** What a {@link Sender} writes to: the medium's sending direction. */
export interface ChunkWriter {
  /**
   * Sends a chunk of one byte at least, which is only to be read. Returns whether it may be given another at once. What
   * it throws makes the sink reject.
   */
  write(chunk: Uint8Array): boolean

  /** Whether it may be given another by now. Asked after a `write` that returned `false` and at each {@link Sender.drained}. */
  hasRoom(): boolean

  /**
   * Tells the remote that no more comes. Called once at most. Where that takes time, resolves when it is done; a
   * rejection makes the sink reject.
   */
  end(): Promise<void> | undefined

  /** Sending failed for a reason that the connection does not know yet: it is to be aborted with it. */
  abort(reason: Error): void
}

/**
 * The sending direction of a connection: moves what a source gives into a writer, without a copy, and asks it for more
 * only when there is room.
 *
 * @example
 * ```ts
 * const sender = new Sender({
 *   write: (chunk) => socket.write(chunk),
 *   hasRoom: () => !socket.writableNeedDrain,
 *   end: () => new Promise((resolve) => socket.end(resolve)),
 *   abort: (reason) => connection.abort(reason)
 * })
 * socket.on('drain', () => sender.drained())
 * const sink = (source) => sender.send(source)
 * ```
 */
export class Sender {
  readonly #writer: ChunkWriter
  #called = false
  #closed = false
  #failure: Error | undefined
  /** Ends the wait for room. */
  #wake: (() => void) | undefined
  /** Gives up whatever is waited for: a source, room, or the end. Not a race: it would leak into a long-lived promise. */
  #interrupt: ((reason: Error) => void) | undefined

  constructor(writer: ChunkWriter) {
    this.#writer = writer
  }

  /** The connection's `sink`: once, and not after {@link close}. A source that is left early is not waited for. */
  async send(source: Source): Promise<void> {
    if (this.#called) throw new TypeError('the sink of a connection can be called once')
    if (this.#closed) throw new ClosedError('the connection was closed before its sink was called')
    this.#called = true
    let iterator: SourceIterator | undefined
    try {
      if (this.#failure !== undefined) throw this.#failure
      iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
      await this.#move(iterator)
      const ended = this.#writer.end()
      if (ended !== undefined) await this.#answer(ended)
    } catch (error) {
      // Whatever failed first is the reason; a source that falls over because of it says nothing new.
      const reason = this.#failure ?? (error as Error)
      // Where the link is over already, what came in before that is still the reader's.
      if (this.#failure === undefined) this.#writer.abort(reason)
      leave(iterator)
      throw reason
    }
  }

  /** There may be room again: to be called whenever the writer has drained. */
  drained(): void {
    this.#wake?.()
  }

  /** Ends the direction if no source was given; one that is being sent goes on to its end. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    // Where the end fails the link has broken, and who sees that tells everyone.
    if (!this.#called && this.#failure === undefined) this.#writer.end()?.catch(() => {})
  }

  /** The link is over: a running or later {@link send} rejects with `reason`. Only the first call counts. */
  fail(reason: Error): void {
    this.#failure ??= reason
    this.#interrupt?.(this.#failure)
  }

  async #move(iterator: SourceIterator): Promise<void> {
    for (;;) {
      const next = iterator.next()
      const step = 'then' in next ? await this.#answer(next as PromiseLike<IteratorResult<Uint8Array>>) : next
      if (this.#failure !== undefined) throw this.#failure
      if (step.done === true) return
      if (!(step.value instanceof Uint8Array)) throw new TypeError('a connection sends Uint8Arrays')
      // Where chunks begin and end has no meaning, so an empty one says nothing.
      if (step.value.byteLength === 0 || this.#writer.write(step.value)) continue
      // Asked again after each sign: what room there was may have gone to what still waited.
      while (!this.#writer.hasRoom()) await this.#room()
    }
  }

  #answer<T>(next: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Listened to in any case: what rejects after a failure would be nobody's otherwise.
      next.then(resolve, reject)
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#interrupt = reject
    })
  }

  #room(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#interrupt = reject
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }
}

/** Lets a source clean up. Not waited for: a generator that hangs would hang the sink too, and its word no longer counts. */
function leave(iterator: SourceIterator | undefined): void {
  new Promise((resolve) => resolve(iterator?.return?.())).catch(() => {})
}
