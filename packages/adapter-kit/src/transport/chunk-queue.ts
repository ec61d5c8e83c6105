/** What keeping a chunk costs beside its bytes, so that a flood of tiny chunks cannot hold far more than the bound. */
const CHUNK_OVERHEAD = 64

/** What a chunk counts as against a bound, in bytes: its length, and 64 at least. */
export function chunkCost(chunk: Uint8Array): number {
  return Math.max(chunk.byteLength, CHUNK_OVERHEAD)
}

/** Chunks in order, first in first out. Both ends cost O(1), amortised. */
export class ChunkQueue {
  #chunks: Array<Uint8Array | undefined> = []
  #head = 0
  #cost = 0

  /** What the chunks count as together, in bytes. */
  get cost(): number {
    return this.#cost
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#cost += chunkCost(chunk)
  }

  /** The oldest chunk, which leaves the queue; `undefined` when there is none. */
  shift(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#head]
    if (chunk === undefined) return undefined
    this.#chunks[this.#head++] = undefined
    this.#cost -= chunkCost(chunk)
    // Array.shift would move the whole array for each chunk; this moves each chunk once at most.
    if (this.#head * 2 > this.#chunks.length) {
      this.#chunks.splice(0, this.#head)
      this.#head = 0
    }
    return chunk
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#cost = 0
  }
}
