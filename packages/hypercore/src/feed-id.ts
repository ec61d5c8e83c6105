import { Buffer } from './platform.ts'

/** A feed's id: 32 bytes, or 64 hexadecimal digits. */
export type FeedId = string | Uint8Array

/** Something that has a feed's id, such as a feed, a write stream that has finished, or an object of the caller's. */
export interface FeedLink {
  readonly id: FeedId
}

/** The id as bytes of our own. Throws a `TypeError` for anything that is not 32 bytes of an id. */
export function toId(id: FeedId): Buffer {
  const bytes = typeof id === 'string' ? fromHex(id) : id
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
    throw new TypeError('a feed id has 64 hexadecimal digits, or 32 bytes')
  }
  return Buffer.from(bytes)
}

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function fromHex(hex: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined
}
