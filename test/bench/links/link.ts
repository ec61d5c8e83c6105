import type { Link } from '../work.ts'

/** Bytes travel in pieces of at most so many, so that a slow link does not deliver in lumps. */
const PIECE_BYTES = 8 * 1024

/** Milliseconds of its rate that wait before a link, as in a router's queue, before it stops its sender. */
const QUEUE_MS = 50

/** Bytes that a link without a rate takes in. */
const UNLIMITED_BYTES = 16 * 1024 * 1024

/**
 * One direction of a link, without I/O: pieces go in, and come out once a link of this rate would have sent them and
 * they have travelled for its delay.
 */
export class OneWay {
  readonly #link: Link
  readonly #pieces: Array<{ readonly bytes: Uint8Array; readonly arrives: number }> = []
  /** When the last byte that was taken in will have been sent. */
  #sent = 0
  #bytes = 0

  constructor(link: Link) {
    this.#link = link
  }

  /** Whether no more is to be put in for now. */
  get full(): boolean {
    const { rate, delay } = this.#link
    return this.#bytes >= (rate === undefined ? UNLIMITED_BYTES : (rate / 1000) * (delay + QUEUE_MS))
  }

  /** When the next piece comes out, in milliseconds of the caller's clock. */
  get next(): number | undefined {
    return this.#pieces[0]?.arrives
  }

  put(bytes: Uint8Array, now: number): void {
    const { rate = Infinity, delay } = this.#link
    for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
      const piece = bytes.subarray(offset, offset + PIECE_BYTES)
      this.#sent = Math.max(now, this.#sent) + (piece.length * 1000) / rate
      this.#pieces.push({ bytes: piece, arrives: this.#sent + delay })
      this.#bytes += piece.length
    }
  }

  /** What has arrived by now, in its order. */
  take(now: number): Uint8Array[] {
    const end = this.#pieces.findIndex(({ arrives }) => arrives > now)
    const taken = this.#pieces.splice(0, end === -1 ? this.#pieces.length : end)
    for (const { bytes } of taken) this.#bytes -= bytes.length
    return taken.map(({ bytes }) => bytes)
  }
}
