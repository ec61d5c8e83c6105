import { ConnectionError } from '@anyfeed/interfaces'
import { ChunkQueue, costOf } from './chunk-queue.ts'

type Step = IteratorResult<Uint8Array, undefined>

interface Waiting {
  readonly resolve: (step: Step) => void
  readonly reject: (error: Error) => void
}

const END: Step = { done: true, value: undefined }

/** The receiving direction of a connection: what has come in and was not read, and the window that the sender has. */
export class Receiving implements AsyncIterable<Uint8Array> {
  readonly #window: number
  readonly #onRead: (bytes: number) => void
  readonly #abort: (reason: Error) => void
  readonly #queue = new ChunkQueue()
  readonly #readers: Waiting[] = []
  /** What was read and not given back yet. */
  #read = 0
  #taken = false
  #ended = false
  #failure: Error | undefined

  /** `onRead` is to give bytes of the window back to the sender; `abort` is called when the reader leaves early. */
  constructor(window: number, onRead: (bytes: number) => void, abort: (reason: Error) => void) {
    this.#window = window
    this.#onRead = onRead
    this.#abort = abort
  }

  /** Whether the remote ended its direction. */
  get ended(): boolean {
    return this.#ended
  }

  /** Takes a chunk in. Returns whether the sender kept to its window. */
  arrived(value: Uint8Array): boolean {
    if (this.#ended || this.#queue.cost + this.#read >= this.#window) return false
    const reader = this.#readers.shift()
    if (reader === undefined) this.#queue.push(value)
    else {
      this.#giveBack(value)
      reader.resolve({ done: false, value })
    }
    return true
  }

  /** No more comes. What is held can still be read. */
  end(): void {
    if (this.#failure !== undefined) return
    this.#ended = true
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
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
      next: () => (left ? Promise.resolve(END) : this.#next()),
      return: () => {
        left = true
        this.#abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the source was left before its end'))
        return Promise.resolve(END)
      }
    }
  }

  #next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      const value = this.#queue.shift()
      if (value !== undefined) {
        this.#giveBack(value)
        resolve({ done: false, value })
      } else if (this.#failure !== undefined) reject(this.#failure)
      else if (this.#ended) resolve(END)
      else this.#readers.push({ resolve, reject })
    })
  }

  /** By halves of the window: one message for many chunks, and the sender need not stop in between. */
  #giveBack(chunk: Uint8Array): void {
    this.#read += costOf(chunk)
    if (this.#read < this.#window / 2 || this.#ended) return
    this.#onRead(this.#read)
    this.#read = 0
  }
}
