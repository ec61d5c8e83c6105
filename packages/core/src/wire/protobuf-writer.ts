import { totalLength } from '../bytes/concat.ts'
import { writeVarint } from './varint.ts'

/** The longest length prefix: of a frame of 5 MiB. */
const PREFIX_BYTES = 4
/** Byte arrays from this length on are not copied, but become parts of the frame. */
const APART_BYTES = 1024

/** Where frames are written, before they are copied out: it is as long as the longest needed. */
let scratch = new Uint8Array(1024)

/** Writes the fields of a protocol buffers message (proto2) as one frame (PROTOCOL section 2). One at a time. */
export class ProtobufWriter {
  #end = PREFIX_BYTES
  readonly #apart: Array<{ readonly at: number; readonly bytes: Uint8Array }> = []

  varint(value: number): void {
    this.#reserve(10)
    this.#end = writeVarint(scratch, this.#end, value)
  }

  number(field: number, value: number): void {
    this.varint(field * 8)
    this.varint(value)
  }

  /** A bytes field, in one part or several. Long ones belong to the frame from now on. */
  bytes(field: number, ...parts: readonly Uint8Array[]): void {
    this.#header(field, totalLength(parts))
    for (const bytes of parts) this.append(bytes)
  }

  /** Bytes as they are. Long ones belong to the frame from now on. */
  append(bytes: Uint8Array): void {
    if (bytes.length >= APART_BYTES) this.#apart.push({ at: this.#end, bytes })
    else {
      this.#reserve(bytes.length)
      scratch.set(bytes, this.#end)
      this.#end += bytes.length
    }
  }

  packed(field: number, values: readonly number[]): void {
    if (values.length === 0) return
    const begin = this.#end
    for (const value of values) this.varint(value)
    // Their length, which comes first, is known only now.
    const length = this.#end - begin
    this.#end = begin
    this.#header(field, length)
    for (const value of values) this.varint(value)
  }

  /** Begins a bytes field of less than 128 bytes, which `close` ends. */
  open(field: number): number {
    this.#header(field, 0)
    return this.#end
  }

  close(begin: number): void {
    scratch[begin - 1] = this.#end - begin
  }

  /** The whole frame, with its length prefix, in parts that follow each other. */
  frame(): Uint8Array[] {
    const length = this.#end - PREFIX_BYTES + totalLength(this.#apart.map(({ bytes }) => bytes))
    // Written once to learn how long it is, and then right before the fields.
    let begin = PREFIX_BYTES - writeVarint(scratch, 0, length)
    writeVarint(scratch, begin, length)
    const parts: Uint8Array[] = []
    for (const { at, bytes } of this.#apart) {
      if (at > begin) parts.push(scratch.slice(begin, at))
      parts.push(bytes)
      begin = at
    }
    if (this.#end > begin) parts.push(scratch.slice(begin, this.#end))
    return parts
  }

  #header(field: number, length: number): void {
    this.varint(field * 8 + 2)
    this.varint(length)
  }

  /** Makes room for up to 1 KiB. */
  #reserve(length: number): void {
    if (this.#end + length <= scratch.length) return
    const longer = new Uint8Array(2 * scratch.length)
    longer.set(scratch)
    scratch = longer
  }
}
