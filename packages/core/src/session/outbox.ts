import { concatBytes } from '../bytes/concat.ts'

/** Pieces from this size on go out as they are; smaller ones are joined, so that many frames make one chunk. */
const LARGE_BYTES = 16 * 1024
const CHUNK_BYTES = 64 * 1024

/** The bytes that wait to be sent to a peer, as an async iterable of chunks. */
export class Outbox {
  readonly #onTake: () => void
  #pushed: Uint8Array[] = []
  /** Those that were pushed earlier and come next: the last first, so that none is moved when one is taken. */
  #next: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #error: Error | undefined
  /** Has whoever waits for a chunk look again. */
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
    this.#pushed.push(bytes)
    this.#bytes += bytes.length
    this.#wake?.()
  }

  /** Ends after what was pushed. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Ends at once, by throwing the error. */
  fail(error: Error): void {
    this.#error ??= error
    this.#pushed = []
    this.#next = []
    this.#bytes = 0
    this.end()
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#take()
      if (chunk.length > 0) {
        this.#onTake()
        yield chunk
        continue
      }
      if (this.#error) throw this.#error
      if (this.#ended) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #take(): Uint8Array {
    if (this.#next.length === 0) {
      this.#next = this.#pushed.reverse()
      this.#pushed = []
    }
    const pieces: Uint8Array[] = []
    let length = 0
    let most = CHUNK_BYTES
    for (let piece = this.#next.at(-1); piece; piece = this.#next.at(-1)) {
      if (piece.length >= LARGE_BYTES) most = 0
      if (length > 0 && length + piece.length > most) break
      length += piece.length
      pieces.push(piece)
      this.#next.pop()
    }
    this.#bytes -= length
    return concatBytes(pieces, length)
  }
}
