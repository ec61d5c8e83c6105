import { ProtocolError } from '@anyfeed/interfaces'
import { concatBytes } from '../bytes/concat.ts'
import { MAX_FRAME_BYTES } from '../limits.ts'
import { VarintReader } from './varint.ts'

/** Parts below this many bytes are gathered, so that a frame that comes byte by byte takes no more than its bytes. */
const SMALL_BYTES = 2048
const GATHERED_BYTES = 16 * 1024

/**
 * Cuts a byte stream into frames (PROTOCOL section 2). It holds what has arrived of one frame, rounded up to 16 KiB: a
 * length alone makes nobody allocate. A frame within one chunk is a view of it, one that spans several is put together.
 */
export class FrameDecoder {
  readonly #length = new VarintReader()
  #missing = 0
  #parts: Uint8Array[] = []
  #gathered: Uint8Array | undefined
  #filled = 0

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
      if (this.#missing > 0) this.#hold(part)
      else yield this.#complete(part)
    }
  }

  #hold(part: Uint8Array): void {
    if (this.#gathered === undefined && this.#extend(part)) return
    if (part.length >= SMALL_BYTES) {
      this.#closeGathered()
      this.#parts.push(part)
      return
    }
    for (let rest = part; rest.length > 0; ) {
      this.#gathered ??= new Uint8Array(Math.min(GATHERED_BYTES, rest.length + this.#missing))
      const taken = rest.subarray(0, this.#gathered.length - this.#filled)
      this.#gathered.set(taken, this.#filled)
      this.#filled += taken.length
      rest = rest.subarray(taken.length)
      if (this.#filled === this.#gathered.length) this.#closeGathered()
    }
  }

  /** A link may read chunk after chunk into one array: what follows in memory need not be moved to be put together. */
  #extend(part: Uint8Array): boolean {
    const before = this.#parts.at(-1)
    if (before?.buffer !== part.buffer || before.byteOffset + before.length !== part.byteOffset) return false
    this.#parts[this.#parts.length - 1] = new Uint8Array(part.buffer, before.byteOffset, before.length + part.length)
    return true
  }

  #closeGathered(): void {
    if (this.#gathered !== undefined) {
      const mostlyEmpty = this.#filled * 2 < this.#gathered.length
      this.#parts.push(mostlyEmpty ? this.#gathered.slice(0, this.#filled) : this.#gathered.subarray(0, this.#filled))
    }
    this.#gathered = undefined
    this.#filled = 0
  }

  #complete(last: Uint8Array): Uint8Array {
    this.#closeGathered()
    if (!this.#extend(last)) this.#parts.push(last)
    const frame = concatBytes(this.#parts)
    this.#parts = []
    return frame
  }
}
