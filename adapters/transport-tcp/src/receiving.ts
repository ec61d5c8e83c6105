import type { Socket } from 'node:net'
import { ConnectionError } from '@anyfeed/interfaces'
import { ChunkQueue } from './chunk-queue.ts'

type Step = IteratorResult<Uint8Array, undefined>

interface Waiting {
  readonly resolve: (step: Step) => void
  readonly reject: (error: Error) => void
}

const END: Step = { done: true, value: undefined }

/**
 * The receiving direction of a socket: a bounded queue between `data` events and one reader.
 *
 * Iterating over the socket itself is as fast for a reader that keeps up (test/transport/throughput.ts), but copies
 * wherever several chunks have come in, and cannot be left while it waits.
 */
export class Receiving implements AsyncIterable<Uint8Array> {
  readonly #socket: Socket
  readonly #bound: number
  readonly #abort: (reason: Error) => void
  readonly #queue = new ChunkQueue()
  readonly #readers: Waiting[] = []
  #taken = false
  #paused = false
  #ended = false
  #failure: Error | undefined

  /** `bound` in bytes; `abort` is called when the reader leaves early. */
  constructor(socket: Socket, bound: number, abort: (reason: Error) => void) {
    this.#socket = socket
    this.#bound = bound
    this.#abort = abort
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk))
    socket.on('end', () => this.#end())
  }

  /** Whether the remote ended its direction. */
  get ended(): boolean {
    return this.#ended
  }

  /** The link broke: the reader gets `error` after what has come in. */
  fail(error: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = error
    for (const reader of this.#readers.splice(0)) reader.reject(error)
  }

  /** As {@link fail}, but what has come in and was not read is dropped. */
  drop(error: Error): void {
    if (this.#ended && this.#queue.cost === 0) return
    this.#ended = false
    this.#queue.clear()
    this.fail(error)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#taken) throw new TypeError('the source of a connection can be iterated once')
    this.#taken = true
    let left = false
    return {
      next: () => (left ? Promise.resolve(END) : this.#read()),
      return: () => {
        left = true
        this.#abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the source was left before its end'))
        return Promise.resolve(END)
      }
    }
  }

  #read(): Promise<Step> {
    return new Promise((resolve, reject) => {
      const value = this.#queue.shift()
      if (value !== undefined) {
        if (this.#paused && this.#queue.cost < this.#bound / 2) this.#resume()
        resolve({ done: false, value })
      } else if (this.#failure !== undefined) reject(this.#failure)
      else if (this.#ended) resolve(END)
      else this.#readers.push({ resolve, reject })
    })
  }

  #arrived(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    // A plain view of the same bytes: a Buffer's `slice` shares memory where every other Uint8Array's copies.
    const value = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const reader = this.#readers.shift()
    if (reader !== undefined) {
      reader.resolve({ done: false, value })
      return
    }
    this.#queue.push(value)
    if (this.#queue.cost < this.#bound) return
    this.#paused = true
    this.#socket.pause()
  }

  #resume(): void {
    this.#paused = false
    this.#socket.resume()
  }

  #end(): void {
    if (this.#failure !== undefined) return
    this.#ended = true
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
  }
}
