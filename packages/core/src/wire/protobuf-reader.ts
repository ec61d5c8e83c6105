import { ProtocolError } from '@anyfeed/interfaces'
import { VarintReader } from './varint.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Reads the fields of a protocol buffers message (proto2), one after the other, without copying. */
export class ProtobufReader {
  readonly #bytes: Uint8Array
  readonly #varint = new VarintReader()
  #offset: number
  #wireType = VARINT

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length
  }

  /** The number of the next field, or 0 at the end. Read its value, or `skip` it, before the next call. */
  field(): number {
    if (this.atEnd) return 0
    const tag = this.#next()
    this.#wireType = tag % 8
    const field = Math.floor(tag / 8)
    if (field === 0) throw new ProtocolError('a field has the number 0')
    return field
  }

  /** The value of a number field. */
  number(): number {
    this.#expect(VARINT)
    return this.#next()
  }

  /** The values of a number field that is packed; `undefined` where it has one that is not. */
  packed(): ProtobufReader | undefined {
    return this.#wireType === BYTES ? new ProtobufReader(this.bytes()) : undefined
  }

  /** The value of a bytes field: a view. */
  bytes(): Uint8Array {
    this.#expect(BYTES)
    return this.#take(this.#next())
  }

  /** Passes over a value of whatever kind. Numbers beyond 2^53 are fine here: nobody reads them. */
  skip(): void {
    if (this.#wireType === BYTES) this.bytes()
    else if (this.#wireType === FIXED32) this.#take(4)
    else if (this.#wireType === FIXED64) this.#take(8)
    else {
      this.#expect(VARINT)
      this.#read()
    }
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) throw new ProtocolError('a field has the wrong wire type')
  }

  #next(): number {
    const value = this.#read()
    if (!Number.isSafeInteger(value)) throw new ProtocolError('a number is too large')
    return value
  }

  #read(): number {
    for (;;) {
      const byte = this.#bytes[this.#offset++]
      if (byte === undefined) throw truncated()
      const value = this.#varint.push(byte)
      if (value !== undefined) return value
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#offset) throw truncated()
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length)
    this.#offset += length
    return taken
  }
}

function truncated(): ProtocolError {
  return new ProtocolError('a frame ends within a field')
}
