import { concatBytes } from '../bytes/concat.ts'

/** Pieces from this size on go out as they are; smaller ones are joined, so that many frames make one chunk. */
const LARGE_BYTES = 16 * 1024
const CHUNK_BYTES = 64 * 1024

/** The bytes that wait to be sent to a peer, as an async iterable of chunks. */
export class Outbox {
  readonly #onTake: () => void
  #pieces: Uint8Array[] = []
  #next = 0
  #bytes = 0
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  /** `onTake` is called whenever a chunk was taken. */
  constructor(onTake: () => void) {
    this.#onTake = onTake
  }

  /** The number of bytes that were pushed and not yet taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** Adds bytes, whose array belongs to the outbox from now on. Ignored after the end. */
  push(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
    this.#wakeUp()
  }

  /** Ends after what was pushed. */
  end(): void {
    this.#ended = true
    this.#wakeUp()
  }

  /** Ends at once, by throwing the error. */
  fail(error: Error): void {
    this.#error ??= error
    this.#pieces = []
    this.#next = 0
    this.#bytes = 0
    this.end()
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#take()
      if (chunk !== undefined) {
        this.#onTake()
        yield chunk
        continue
      }
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #take(): Uint8Array | undefined {
    const from = this.#next
    let length = 0
    while (this.#next < this.#pieces.length) {
      const piece = this.#pieces[this.#next] as Uint8Array
      if (length > 0 && (piece.length >= LARGE_BYTES || length + piece.length > CHUNK_BYTES)) break
      length += piece.length
      this.#next++
      if (piece.length >= LARGE_BYTES) break
    }
    if (length === 0) return undefined
    const chunk = concatBytes(this.#pieces.slice(from, this.#next), length)
    this.#bytes -= length
    if (this.#next === this.#pieces.length) {
      this.#pieces = []
      this.#next = 0
    } else if (this.#next > 1024 && this.#next * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#next)
      this.#next = 0
    }
    return chunk
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
