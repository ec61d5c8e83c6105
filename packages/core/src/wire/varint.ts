import { ProtocolError } from '@anyfeed/interfaces'

const MAX_VARINT_BYTES = 10
/** What a byte behind these would be multiplied with. */
const MAX_SCALE = 128 ** MAX_VARINT_BYTES

/** Writes an unsigned LEB128 varint of `value` (0 to 2^53 - 1) at `offset`; returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let rest = value
  while (rest >= 128) {
    bytes[offset++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[offset++] = rest
  return offset
}

/** Takes a varint in byte by byte, of 10 at most: more end with a {@link ProtocolError}. Beyond 2^53 it is not exact. */
export class VarintReader {
  #value = 0
  #scale = 1

  /** Whether a number has begun and not ended. */
  get partial(): boolean {
    return this.#scale > 1
  }

  /** Returns the number once its last byte was given, and starts anew. */
  push(byte: number): number | undefined {
    this.#value += (byte & 127) * this.#scale
    this.#scale *= 128
    if (this.#scale > MAX_SCALE) throw new ProtocolError('a number is too large')
    if (byte >= 128) return undefined
    const value = this.#value
    this.#value = 0
    this.#scale = 1
    return value
  }
}
