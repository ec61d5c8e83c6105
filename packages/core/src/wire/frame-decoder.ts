import { ProtocolError } from '@anyfeed/interfaces'
import { concatBytes } from '../bytes/concat.ts'
import { MAX_FRAME_BYTES } from '../limits.ts'
import { VarintReader } from './varint.ts'

/**
 * Cuts a byte stream into frames (PROTOCOL section 2). It holds what has arrived of one frame and no more: a length
 * alone makes nobody allocate. A frame within one chunk is a view of it, one that spans several is put together once.
 */
export class FrameDecoder {
  readonly #length = new VarintReader()
  #missing = 0
  #parts: Uint8Array[] = []

  /** Whether bytes of an unfinished frame are held: a stream that ends now is cut off. */
  get partial(): boolean {
    return this.#missing > 0
  }

  /** The frames that `chunk` completes, keep-alives (length 0) among them. Throws a {@link ProtocolError}. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    let offset = 0
    while (offset < chunk.length) {
      if (this.#missing === 0) {
        const length = this.#length.push(chunk[offset++] as number)
        if (length === undefined) continue
        if (length > MAX_FRAME_BYTES) {
          throw new ProtocolError(`a frame of ${length} bytes is over the limit of ${MAX_FRAME_BYTES}`)
        }
        if (length === 0) yield chunk.subarray(offset, offset)
        this.#missing = length
        continue
      }
      const part = chunk.subarray(offset, offset + this.#missing)
      offset += part.length
      this.#missing -= part.length
      this.#parts.push(part)
      if (this.#missing === 0) {
        const frame = concatBytes(this.#parts)
        this.#parts = []
        yield frame
      }
    }
  }
}
