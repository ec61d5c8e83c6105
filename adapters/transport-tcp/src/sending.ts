import type { Socket } from 'node:net'
import { ClosedError } from '@anyfeed/interfaces'

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type SourceIterator = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/**
 * The sending direction of a socket: moves what a source gives into it, without a copy.
 *
 * Chunks that are ready together leave in one system call. The socket is corked at the first of them and uncorked on
 * the next tick, which comes when no promise is left to run: then the source has to be waited for.
 */
export class Sending {
  readonly #socket: Socket
  readonly #bound: number
  readonly #abort: (reason: Error) => void
  #called = false
  #closed = false
  #corked = false
  #failure: Error | undefined
  /** The one thing that is waited for: a source, room, or the end. Not a race: it would leak into a long-lived promise. */
  #waiting: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined

  /** `bound`: the bytes that may wait in the socket, 64 KiB (Node's own mark) at least. */
  constructor(socket: Socket, bound: number, abort: (reason: Error) => void) {
    this.#socket = socket
    this.#bound = bound
    this.#abort = abort
    const wake = () => this.#waiting?.resolve()
    socket.on('drain', wake)
    socket.on('finish', wake)
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
      this.#uncork()
      this.#socket.end()
      await this.#wait(() => this.#socket.writableFinished)
    } catch (error) {
      // Whatever failed first is the reason; a source that falls over because of it says nothing new.
      const reason = this.#failure ?? (error as Error)
      this.#abort(reason)
      leave(iterator)
      throw reason
    }
  }

  /** Ends the direction if no source is being sent; a source that is goes on to its end. */
  close(): void {
    this.#closed = true
    if (!this.#called && this.#failure === undefined) this.#socket.end()
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
      if (step.value.byteLength > 0 && !this.#write(step.value)) {
        this.#uncork()
        await this.#wait(() => !this.#socket.writableNeedDrain)
      }
    }
  }

  /** Whether there is room for more. */
  #write(chunk: Uint8Array): boolean {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    // A `drain` comes only after a write that returned false, so both have to hold before it is waited for.
    return this.#socket.write(chunk) || this.#socket.writableLength < this.#bound
  }

  #uncork(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }

  #answer<T>(next: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#waiting = { resolve: () => {}, reject }
      next.then(resolve, reject)
    })
  }

  #wait(reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure)
      else if (reached()) resolve()
      else this.#waiting = { resolve, reject }
    })
  }
}

/** Lets a source clean up. Not waited for: a generator that hangs would hang the sink too, and its word no longer counts. */
function leave(iterator: SourceIterator | undefined): void {
  new Promise((resolve) => resolve(iterator?.return?.())).catch(() => {})
}
