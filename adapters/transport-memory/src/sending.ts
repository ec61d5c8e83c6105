import { ClosedError } from '@anyfeed/interfaces'
import type { Pipe } from './pipe.ts'

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type Step = IteratorResult<Uint8Array, unknown>

/** The sending direction of a connection: moves what a source gives into a pipe. */
export class Sending {
  readonly #pipe: Pipe
  readonly #abort: (reason: Error) => void
  #called = false
  #closed = false
  #failure: Error | undefined
  /** Ends the wait for a source that may never answer. One slot, not a race: a race would leak into a long-lived promise. */
  #interrupt: ((reason: Error) => void) | undefined

  constructor(pipe: Pipe, abort: (reason: Error) => void) {
    this.#pipe = pipe
    this.#abort = abort
  }

  /** See {@link Connection.sink}. */
  async send(source: Source): Promise<void> {
    if (this.#called) throw new TypeError('the sink of a connection can be called once')
    if (this.#closed) throw new ClosedError('the connection was closed before its sink was called')
    this.#called = true
    let iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> | undefined
    try {
      if (this.#failure !== undefined) throw this.#failure
      iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
      await this.#move(iterator)
    } catch (error) {
      // Whatever failed first is the reason; a source that falls over because of it says nothing new.
      const reason = this.#failure ?? (error as Error)
      this.#abort(reason)
      leave(iterator)
      throw reason
    }
    this.#pipe.end()
  }

  /** Ends the direction if no source is being sent; a source that is goes on to its end. */
  close(): void {
    this.#closed = true
    if (!this.#called) this.#pipe.end()
  }

  /** Makes a running or later {@link send} reject with `reason`. The pipe is broken by the caller. */
  fail(reason: Error): void {
    this.#failure ??= reason
    this.#interrupt?.(reason)
  }

  async #move(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): Promise<void> {
    for (;;) {
      const next = iterator.next()
      const step = 'then' in next ? await this.#interruptible(next as PromiseLike<Step>) : next
      if (step.done === true) return
      if (!(step.value instanceof Uint8Array)) throw new TypeError('a connection sends Uint8Arrays')
      if (!this.#pipe.write(step.value)) await this.#pipe.room()
    }
  }

  #interruptible(next: PromiseLike<Step>): Promise<Step> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#interrupt = reject
      next.then(resolve, reject)
    })
  }
}

/** Lets a source clean up. Not waited for: a generator that hangs would hang the sink too, and its word no longer counts. */
function leave(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> | undefined): void {
  new Promise((resolve) => resolve(iterator?.return?.())).catch(() => {})
}
