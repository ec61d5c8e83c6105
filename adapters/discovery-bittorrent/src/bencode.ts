/** A value of a bencoded packet (BEP 3). Strings are views of the packet; the keys of a dictionary are read as Latin-1. */
export type Bencoded = number | Uint8Array | readonly Bencoded[] | ReadonlyMap<string, Bencoded>

/** No message of the DHT is nested deeper than four. */
const MAX_DEPTH = 8
const MAX_DIGITS = 15

/**
 * Decodes exactly one value. Anyone may have sent it: `undefined` when it is malformed anywhere, never an error, and never
 * more work or memory than the packet's length allows. Keys need not be sorted, but none may come twice.
 */
export function decodeBencode(bytes: Uint8Array): Bencoded | undefined {
  try {
    const reader = new Reader(bytes)
    const value = reader.value(0)
    return reader.done ? value : undefined
  } catch (error) {
    if (error === malformed) return undefined
    throw error
  }
}

/** A reader's way out. No stack is made: a flood of malformed packets must cost little. */
const malformed = { malformed: true }

const [COLON, ZERO, NINE, MINUS] = [0x3a, 0x30, 0x39, 0x2d]
const [D, E, I, L] = [0x64, 0x65, 0x69, 0x6c]

class Reader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length
  }

  value(depth: number): Bencoded {
    if (depth > MAX_DEPTH) throw malformed
    const first = this.#bytes[this.#offset]
    if (first === D) return this.#dictionary(depth)
    if (first === L) return this.#list(depth)
    if (first === I) return this.#integer()
    return this.#string()
  }

  #dictionary(depth: number): Map<string, Bencoded> {
    this.#offset++
    const entries = new Map<string, Bencoded>()
    while (!this.#end()) {
      const key = String.fromCharCode(...this.#string(64))
      if (entries.has(key)) throw malformed
      entries.set(key, this.value(depth + 1))
    }
    return entries
  }

  #list(depth: number): Bencoded[] {
    this.#offset++
    const values: Bencoded[] = []
    while (!this.#end()) values.push(this.value(depth + 1))
    return values
  }

  #integer(): number {
    this.#offset++
    const negative = this.#bytes[this.#offset] === MINUS
    if (negative) this.#offset++
    const value = this.#digits(E)
    return negative ? -value : value
  }

  /** A length has no sign: a negative one sends some decoders back, round and round. */
  #string(longest = Number.POSITIVE_INFINITY): Uint8Array {
    const length = this.#digits(COLON)
    const end = this.#offset + length
    if (length > longest || end > this.#bytes.length) throw malformed
    const string = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return string
  }

  #digits(delimiter: number): number {
    const start = this.#offset
    let value = 0
    for (;;) {
      const byte = this.#bytes[this.#offset++]
      if (byte === delimiter && this.#offset - start > 1) return value
      if (byte === undefined || byte < ZERO || byte > NINE || this.#offset - start > MAX_DIGITS) throw malformed
      value = value * 10 + byte - ZERO
    }
  }

  #end(): boolean {
    if (this.#bytes[this.#offset] !== E) return false
    this.#offset++
    return true
  }
}
