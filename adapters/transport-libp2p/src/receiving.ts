import { ConnectionError } from '@anyfeed/interfaces'
import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { ChunkQueue } from './chunk-queue.ts'

type Step = IteratorResult<Uint8Array, undefined>

interface Waiting {
  readonly resolve: (step: Step) => void
  readonly reject: (error: Error) => void
}

const END: Step = { done: true, value: undefined }

/**
 * The receiving direction of a libp2p stream: a bounded queue between `message` events and one reader.
 *
 * The stream's own iterator takes in whatever comes, reader or not, and ends just the same whether the remote ended or
 * its connection closed; so events are used instead. `remoteCloseWrite` is the only sign of an end.
 */
export class Receiving implements AsyncIterable<Uint8Array> {
  readonly #stream: Stream
  readonly #bound: number
  readonly #abort: (reason: Error) => void
  readonly #queue = new ChunkQueue()
  readonly #readers: Waiting[] = []
  #taken = false
  #paused = false
  #resuming = false
  #told = false
  #ended = false
  #failure: Error | undefined

  /** `bound` in bytes; `abort` is called when the reader leaves early. */
  constructor(stream: Stream, bound: number, abort: (reason: Error) => void) {
    this.#stream = stream
    this.#bound = bound
    this.#abort = abort
    stream.addEventListener('remoteCloseWrite', () => this.#remoteEnded())
    stream.addEventListener('message', (event) => this.#arrived(event))
    // The end may have come while libp2p was still on its way to the handler; then there is no event any more.
    if (stream.status === 'open' && stream.remoteWriteStatus === 'closed') this.#remoteEnded()
  }

  /** The link is gone: takes in what libp2p holds, then the end, or `error` where the remote had not ended. */
  over(error: () => Error): void {
    this.#settle()
    if (!this.#ended) this.#fail(error())
  }

  /** The reader gets `error`, and what has come in and was not read is dropped. */
  drop(error: Error): void {
    if (this.#ended && this.#queue.cost === 0) return
    this.#ended = false
    this.#queue.clear()
    this.#fail(error)
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
      // All that was held back comes at once, so it is asked for only when nothing else is left to give.
      if (this.#paused && this.#queue.cost === 0) this.#resume()
      const value = this.#queue.shift()
      if (value !== undefined) resolve({ done: false, value })
      else if (this.#failure !== undefined) reject(this.#failure)
      else if (this.#ended) resolve(END)
      else this.#readers.push({ resolve, reject })
    })
  }

  #arrived({ data }: StreamMessageEvent): void {
    if (this.#failure !== undefined) return
    if (data instanceof Uint8Array) this.#take(data)
    else for (const chunk of data) this.#take(chunk)
    if (this.#queue.cost >= this.#bound) this.#pause()
    if (this.#told && this.#stream.readBufferLength === 0) this.#end()
  }

  #take(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    // A plain view of the same bytes: a Buffer's `slice` shares memory where every other Uint8Array's copies.
    const value =
      chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const reader = this.#readers.shift()
    if (reader === undefined) this.#queue.push(value)
    else reader.resolve({ done: false, value })
  }

  #pause(): void {
    // What `resume` gives out is given out within its call, and a pause in there would be undone by the rest of it.
    if (this.#paused || this.#resuming || this.#told) return
    this.#paused = true
    // Throws where the readable end is closed already: nothing more comes then.
    quietly(() => this.#stream.pause())
  }

  #resume(): void {
    this.#paused = false
    this.#resuming = true
    // Gives out what is held first; then tells the remote, which throws when the connection is gone.
    quietly(() => this.#stream.resume())
    this.#resuming = false
    if (this.#queue.cost >= this.#bound) this.#pause()
  }

  #remoteEnded(): void {
    this.#told = true
    // Not at once: a frame may carry the end and the last bytes, and libp2p reads its flags first.
    queueMicrotask(() => this.#settle())
  }

  /** No more comes, so nothing is gained by leaving the rest with libp2p, which forgets it in some of its states. */
  #settle(): void {
    if (this.#paused) this.#resume()
    if (this.#told && this.#stream.readBufferLength === 0) this.#end()
  }

  #end(): void {
    if (this.#failure !== undefined || this.#ended) return
    this.#ended = true
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const reader of this.#readers.splice(0)) reader.reject(error)
  }
}

function quietly(call: () => void): void {
  try {
    call()
  } catch {}
}
