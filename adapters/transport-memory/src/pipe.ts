import { ChunkQueue } from './chunk-queue.ts'

interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

type Step = IteratorResult<Uint8Array, undefined>

/**
 * One direction of a connection: a bounded queue with one writer and one reader. Nothing here takes time: what can
 * happen happens within the call that makes it possible, and only promises carry it on.
 */
export class Pipe {
  readonly #queue = new ChunkQueue()
  readonly #bound: number
  readonly #onOver: () => void
  readonly #readers: Waiting<Step>[] = []
  #writer: Waiting<void> | undefined
  #ended = false
  #broken: { readonly forReader: Error; readonly forWriter: Error } | undefined

  /** `onOver` is called once, when the writer has ended or the pipe has broken: nothing more comes in. */
  constructor(bound: number, onOver: () => void) {
    this.#bound = bound
    this.#onOver = onOver
  }

  /** Takes a chunk in, by reference. Returns whether there is room for another; if not, wait for {@link room}. */
  write(chunk: Uint8Array): boolean {
    if (this.#broken !== undefined) throw this.#broken.forWriter
    // Where chunks begin and end has no meaning, so an empty one says nothing; left out, it cannot pile up either.
    if (chunk.byteLength === 0) return this.#queue.cost < this.#bound
    const reader = this.#readers.shift()
    if (reader === undefined) this.#queue.push(chunk)
    else reader.resolve({ done: false, value: chunk })
    return this.#queue.cost < this.#bound
  }

  /** Resolves when less than the bound is held. Rejects when the pipe breaks. One call at a time. */
  room(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) reject(this.#broken.forWriter)
      else if (this.#queue.cost < this.#bound) resolve()
      else this.#writer = { resolve, reject }
    })
  }

  /** No more chunks come. What is held can still be read. */
  end(): void {
    if (this.#ended || this.#broken !== undefined) return
    this.#ended = true
    for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined })
    this.#onOver()
  }

  /** The next chunk, the end, or what broke the pipe. Calls may overlap: they are answered in order. */
  read(): Promise<Step> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) return reject(this.#broken.forReader)
      const value = this.#queue.shift()
      if (value !== undefined) {
        resolve({ done: false, value })
        this.#wakeWriter()
      } else if (this.#ended) resolve({ done: true, value: undefined })
      else this.#readers.push({ resolve, reject })
    })
  }

  /** Whether nothing more comes in. */
  get over(): boolean {
    return this.#ended || this.#broken !== undefined
  }

  /**
   * Drops what is held and fails both sides, each with its own error. The first call counts. A pipe that was read to
   * its end stays as it is: nothing is lost.
   */
  break(forReader: Error, forWriter: Error): void {
    if (this.#broken !== undefined || (this.#ended && this.#queue.cost === 0)) return
    this.#broken = { forReader, forWriter }
    this.#queue.clear()
    for (const reader of this.#readers.splice(0)) reader.reject(forReader)
    this.#writer?.reject(forWriter)
    this.#writer = undefined
    if (!this.#ended) this.#onOver()
  }

  #wakeWriter(): void {
    if (this.#queue.cost >= this.#bound) return
    this.#writer?.resolve()
    this.#writer = undefined
  }
}
