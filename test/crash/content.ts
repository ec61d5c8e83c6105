import { createHash } from 'node:crypto'

/** Block `index` of the feed with this key: 0 to 4,095 bytes that anyone can make again. No two feeds are alike. */
export function block(key: string, index: number): Uint8Array {
  const digest = createHash('sha256').update(`${key} ${index}`).digest()
  const length = digest.readUInt16BE(0) % 4096
  return new Uint8Array(Buffer.alloc(length, digest))
}
