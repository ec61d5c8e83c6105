import { createHash } from 'node:crypto'

/** Block `index` of every feed that the writer makes: 0 to 4,095 bytes that anyone can make again. */
export function block(index: number): Uint8Array {
  const digest = createHash('sha256').update(`block ${index}`).digest()
  const length = digest.readUInt16BE(0) % 4096
  return new Uint8Array(Buffer.alloc(length, digest))
}
