/** As much as Node takes for each read by itself: what an idle connection costs. */
const FIRST_BYTES = 64 * 1024
/** What one read may bring, at most. */
export const SLAB_BYTES = 512 * 1024
/** A read into less room than this is not worth its system call. */
const LEAST_ROOM = 16 * 1024

/**
 * The memory that a plain socket reads into: one large array after the other, each filled from its beginning to its end.
 * Chunks are views, and follow each other in memory, so that what spans several of them can be used where it lies. The
 * arrays grow while reads fill them, and a chunk is as large as what the system holds.
 *
 * Nothing is read twice into the same place: a chunk belongs to whoever takes it.
 */
export class ReadSlab {
  /** For `net.connect`. */
  readonly onread = {
    buffer: () => this.#room(),
    callback: (bytes: number) => {
      this.#arrived(bytes)
      // Backpressure is the reader's: it pauses the socket.
      return true
    }
  }
  #size = FIRST_BYTES
  #slab = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #used = 0
  #early: Uint8Array[] | undefined = []
  #onChunk: ((chunk: Uint8Array) => void) | undefined

  /** Hands over what has come, and from now on each chunk as it comes. */
  listen(onChunk: (chunk: Uint8Array) => void): void {
    this.#onChunk = onChunk
    for (const chunk of this.#early ?? []) onChunk(chunk)
    this.#early = undefined
  }

  #room(): Buffer {
    if (this.#slab.length - this.#used < LEAST_ROOM) {
      this.#slab = Buffer.allocUnsafeSlow(this.#size)
      this.#used = 0
    }
    return this.#slab.subarray(this.#used)
  }

  #arrived(bytes: number): void {
    // The read took all the room that there was: more is waiting.
    if (this.#used + bytes === this.#slab.length) this.#size = Math.min(SLAB_BYTES, 2 * this.#size)
    const chunk = new Uint8Array(this.#slab.buffer, this.#slab.byteOffset + this.#used, bytes)
    this.#used += bytes
    if (this.#onChunk === undefined) this.#early?.push(chunk)
    else this.#onChunk(chunk)
  }
}
