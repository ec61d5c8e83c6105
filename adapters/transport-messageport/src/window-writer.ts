import { ClosedError } from '@anyfeed/interfaces'
import { costOf } from './chunk-queue.ts'

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type SourceIterator = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/** What a sending direction does to the outside. */
export interface Outgoing {
  /** Sends a chunk, which is only read. */
  write(chunk: Uint8Array): void
  /** Tells the remote that no more comes. */
  end(): void
  abort(reason: Error): void
}

/** The sending direction of a connection: moves what a source gives to the remote, as far as its window goes. */
export class Sending {
  readonly #outgoing: Outgoing
  #window: number
  #called = false
  #closed = false
  #ended = false
  #failure: Error | undefined
  /** The one thing that is waited for: a source, or room. Not a race: it would leak into a long-lived promise. */
  #waiting: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined

  /** `window`: the bytes that the remote takes in before it has read any. */
  constructor(window: number, outgoing: Outgoing) {
    this.#window = window
    this.#outgoing = outgoing
  }

  /** Whether the remote was told of the end. */
  get ended(): boolean {
    return this.#ended
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
      this.#end()
    } catch (error) {
      // Whatever failed first is the reason; a source that falls over because of it says nothing new.
      const reason = this.#failure ?? (error as Error)
      this.#outgoing.abort(reason)
      leave(iterator)
      throw reason
    }
  }

  /** The remote has read so many bytes more. */
  opened(bytes: number): void {
    this.#window += bytes
    if (this.#window > 0) this.#waiting?.resolve()
  }

  /** Ends the direction if no source is being sent; a source that is goes on to its end. */
  close(): void {
    this.#closed = true
    if (!this.#called && this.#failure === undefined) this.#end()
  }

  /** Makes a running or later {@link send} reject with `reason`. */
  fail(reason: Error): void {
    this.#failure ??= reason
    this.#waiting?.reject(reason)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#outgoing.end()
  }

  async #move(iterator: SourceIterator): Promise<void> {
    for (;;) {
      const next = iterator.next()
      const step = 'then' in next ? await this.#answer(next as PromiseLike<IteratorResult<Uint8Array>>) : next
      if (step.done === true) return
      if (!(step.value instanceof Uint8Array)) throw new TypeError('a connection sends Uint8Arrays')
      // Where chunks begin and end has no meaning, so an empty one says nothing.
      if (step.value.byteLength === 0) continue
      this.#outgoing.write(step.value)
      this.#window -= costOf(step.value)
      if (this.#window <= 0) await this.#room()
    }
  }

  #answer<T>(next: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#waiting = { resolve: () => {}, reject }
      next.then(resolve, reject)
    })
  }

  #room(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure)
      else this.#waiting = { resolve, reject }
    })
  }
}

/** Lets a source clean up. Not waited for: a generator that hangs would hang the sink too, and its word no longer counts. */
function leave(iterator: SourceIterator | undefined): void {
  new Promise((resolve) => resolve(iterator?.return?.())).catch(() => {})
}
