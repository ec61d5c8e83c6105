import { ProtocolError } from '@anyfeed/interfaces'
import { concatBytes } from '../bytes/concat.ts'
import { MAX_FRAME_BYTES } from '../limits.ts'
import { VarintReader } from './varint.ts'

/** Parts below this many bytes are joined, so that a frame that comes byte by byte takes little more than its bytes. */
const SMALL_BYTES = 1024

/**
 * Cuts a byte stream into frames (PROTOCOL section 2). It holds what has arrived of one frame: a length alone makes
 * nobody allocate. A frame within one chunk is a view of it, one that spans several is put together.
 */
export class FrameDecoder {
  readonly #length = new VarintReader()
  #missing = 0
  #parts: Uint8Array[] = []

  /** Whether bytes of an unfinished frame are held: a stream that ends now is cut off. */
  get partial(): boolean {
    return this.#missing > 0 || this.#length.partial
  }

  /** The frames that `chunk` completes, keep-alives (length 0) among them. Throws a {@link ProtocolError}. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    let offset = 0
    while (offset < chunk.length) {
      if (this.#missing === 0) {
        const length = this.#length.push(chunk[offset++] as number)
        if (length === undefined) continue
        if (length > MAX_FRAME_BYTES) throw new ProtocolError(`a frame has up to ${MAX_FRAME_BYTES} bytes`)
        if (length === 0) yield chunk.subarray(offset, offset)
        this.#missing = length
        continue
      }
      const part = chunk.subarray(offset, offset + this.#missing)
      offset += part.length
      this.#missing -= part.length
      this.#hold(part)
      if (this.#missing > 0) continue
      const frame = concatBytes(this.#parts)
      this.#parts = []
      yield frame
    }
  }

  #hold(part: Uint8Array): void {
    let held = part
    let before = this.#parts.at(-1)
    if (before?.buffer === part.buffer && before.byteOffset + before.length === part.byteOffset) {
      // A link may read chunk after chunk into one array: what follows in memory need not be moved to be put together.
      held = new Uint8Array(part.buffer, before.byteOffset, before.length + part.length)
      this.#parts.pop()
    } else if (this.#missing > 0 && part.length < SMALL_BYTES) {
      held = part.slice()
      // Never with what is longer: so each byte is copied a few times at most.
      for (; before && held.length < SMALL_BYTES && before.length <= held.length; before = this.#parts.at(-1)) {
        held = concatBytes([before, held])
        this.#parts.pop()
      }
    }
    this.#parts.push(held)
  }
}
