import { createHash } from 'node:crypto'
import type { Size } from './work.ts'

export const KIB = 1024
export const MIB = 1024 * KIB

/** Distinct blocks, the same in every run and process. */
export function* blocks({ count, length }: Size): Generator<Uint8Array, void> {
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

/** A run of `most` bytes of blocks or a little less, at least one block: what programs hand on at a time. */
export function batches<T>(blocks: readonly T[], length: number, most = MIB): T[][] {
  const batch = Math.max(1, Math.floor(most / Math.max(length, KIB)))
  return Array.from({ length: Math.ceil(blocks.length / batch) }, (_, i) => blocks.slice(i * batch, (i + 1) * batch))
}

/** Throws unless `get` gives each block as it is meant to be. */
export async function verifyBlocks(
  size: Size,
  get: (index: number) => Promise<Uint8Array | null | undefined> | Uint8Array | null | undefined
): Promise<void> {
  let index = 0
  for (const expected of blocks(size)) {
    const block = await get(index)
    if (!block || Buffer.compare(block, expected) !== 0) throw new Error(`block ${index} is not as it was sent`)
    index++
  }
}

/** Throws unless the chunks, whatever their lengths, are the blocks one behind the other. */
export function verifyStream(expected: Iterable<Uint8Array>, chunks: Iterable<Uint8Array>): void {
  let rest: Uint8Array = new Uint8Array(0)
  const iterator = chunks[Symbol.iterator]()
  for (let block of expected) {
    while (block.length > 0) {
      if (rest.length === 0) {
        const { value, done } = iterator.next()
        if (done) throw new Error('bytes are missing')
        rest = value
        continue
      }
      const both = Math.min(rest.length, block.length)
      if (Buffer.compare(rest.subarray(0, both), block.subarray(0, both)) !== 0) throw new Error('bytes are wrong')
      rest = rest.subarray(both)
      block = block.subarray(both)
    }
  }
  if (rest.length > 0 || iterator.next().done !== true) throw new Error('there are more bytes than were sent')
}
