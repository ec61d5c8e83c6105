import { varintLength, writeVarint } from './varint.ts'

/** The length of a number field with a field number below 16. */
export function numberLength(value: number): number {
  return 1 + varintLength(value)
}

/** The length of a bytes field with a field number below 16. */
export function bytesLength(length: number): number {
  return 1 + varintLength(length) + length
}

/** Writes the fields of a protocol buffers message into an array that is large enough. */
export class ProtobufWriter {
  readonly bytes: Uint8Array
  offset = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
  }

  varint(value: number): this {
    this.offset = writeVarint(this.bytes, this.offset, value)
    return this
  }

  number(field: number, value: number): this {
    this.bytes[this.offset++] = field * 8
    return this.varint(value)
  }

  bytesField(field: number, value: Uint8Array): this {
    this.bytesHeader(field, value.length)
    this.bytes.set(value, this.offset)
    this.offset += value.length
    return this
  }

  /** The tag and the length of a bytes field whose value follows by other means. */
  bytesHeader(field: number, length: number): this {
    this.bytes[this.offset++] = field * 8 + 2
    return this.varint(length)
  }
}
