import { ConnectionError } from '@anyfeed/interfaces'
import { ChunkQueue } from './chunk-queue.ts'

type Step = IteratorResult<Uint8Array, undefined>

interface Waiting {
  readonly resolve: (step: Step) => void
  readonly reject: (error: Error) => void
}

const END: Step = { done: true, value: undefined }

/** What a {@link ReceiveBuffer} tells its connection. */
export interface ReceiveHooks {
  /** The reader left before the end: the connection is to be aborted with `reason`. */
  onLeave(reason: Error): void

  /** `chunk` is leaving for the reader: the moment to let more come, or to give room in a window back. */
  onRead?(chunk: Uint8Array): void

  /** The reader asks and nothing is held. What is pushed within the call is what it gets. */
  onEmpty?(): void
}

/**
 * The receiving direction of a connection, to be its `source`: a queue between what comes in and one reader.
 *
 * It never refuses a chunk. Whoever pushes keeps the bound: it stops the medium when {@link held} has reached it, and
 * lets it go on in {@link ReceiveHooks.onRead}.
 *
 * @example
 * ```ts
 * const received = new ReceiveBuffer({
 *   onRead: () => received.held < BOUND / 2 && socket.resume(),
 *   onLeave: (reason) => connection.abort(reason)
 * })
 * socket.on('data', (chunk) => {
 *   received.push(chunk)
 *   if (received.held >= BOUND) socket.pause()
 * })
 * socket.on('end', () => received.end())
 * ```
 */
export class ReceiveBuffer implements AsyncIterable<Uint8Array> {
  readonly #hooks: ReceiveHooks
  readonly #queue = new ChunkQueue()
  readonly #readers: Waiting[] = []
  #taken = false
  #ended = false
  #failure: Error | undefined

  constructor(hooks: ReceiveHooks) {
    this.#hooks = hooks
  }

  /** Bytes that came in and were not read; a chunk counts as 64 at least ({@link chunkCost}). */
  get held(): number {
    return this.#queue.cost
  }

  /** Whether the remote ended its direction: what is held can be read, then comes the end. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Takes a chunk in, by reference; one of a subclass, such as Node's Buffer, as a plain view of the same bytes. Empty
   * ones, and all that come after the end or a failure, are passed over.
   */
  push(chunk: Uint8Array): void {
    if (this.#ended || this.#failure !== undefined || chunk.byteLength === 0) return
    const value = plain(chunk)
    const reader = this.#readers.length > 0 ? this.#readers.shift() : undefined
    if (reader === undefined) {
      this.#queue.push(value)
      return
    }
    this.#hooks.onRead?.(value)
    reader.resolve({ done: false, value })
  }

  /** The remote ended its direction. */
  end(): void {
    if (this.#failure !== undefined) return
    this.#ended = true
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
  }

  /** The link broke: the reader gets `error` after what has come in. Ignored after an end, or an earlier failure. */
  fail(error: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = error
    for (const reader of this.#readers.splice(0)) reader.reject(error)
  }

  /** As {@link fail}, but what has come in and was not read is dropped, and so is the end behind it. */
  drop(error: Error): void {
    if (this.#ended && this.#queue.cost === 0) return
    this.#ended = false
    this.#queue.clear()
    this.fail(error)
  }

  /** Throws a `TypeError` the second time. Calls of `next` may overlap: they are answered in order. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#taken) throw new TypeError('the source of a connection can be iterated once')
    this.#taken = true
    let left = false
    return {
      next: () => (left ? Promise.resolve(END) : this.#read()),
      return: () => {
        left = true
        this.#hooks.onLeave(new ConnectionError('ERR_CONNECTION_ABORTED', 'the source was left before its end'))
        return Promise.resolve(END)
      }
    }
  }

  #read(): Promise<Step> {
    return new Promise((resolve, reject) => {
      if (this.#queue.cost === 0) this.#hooks.onEmpty?.()
      const value = this.#queue.shift()
      if (value !== undefined) {
        this.#hooks.onRead?.(value)
        resolve({ done: false, value })
      } else if (this.#failure !== undefined) reject(this.#failure)
      else if (this.#ended) resolve(END)
      else this.#readers.push({ resolve, reject })
    })
  }
}

/** A Buffer's `slice` shares memory where every other Uint8Array's copies: no reader should have to know. */
function plain(chunk: Uint8Array): Uint8Array {
  if (chunk.constructor === Uint8Array) return chunk
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
