import { createHash } from 'node:crypto'

/** `count` distinct blocks of `length` bytes, the same in every run and process. */
export function* blocks(count: number, length: number): Generator<Uint8Array, void> {
  const noise = new Uint8Array(length + 4096)
  let seed = createHash('sha256').update('anyfeed bench').digest()
  for (let offset = 0; offset < noise.length; offset += seed.length) {
    seed = createHash('sha256').update(seed).digest()
    noise.set(seed.subarray(0, noise.length - offset), offset)
  }
  for (let i = 0; i < count; i++) {
    const block = noise.slice(i % 4096, (i % 4096) + length)
    new DataView(block.buffer).setUint32(0, i)
    yield block
  }
}

export const MIB = 1024 * 1024
export const BLOCK = 64 * 1024
export const TOTAL = 256 * MIB
export const COUNT = TOTAL / BLOCK
