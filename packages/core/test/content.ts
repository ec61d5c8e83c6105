import { createHash } from 'node:crypto'
import { type Core, createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'

/** Block `index` of the seeded feeds of feeds.json: the first `length` bytes of SHA256("seed:i:0") ‖ ... */
export function seededBlock(seed: string, index: number, length: number): Uint8Array {
  const parts: Buffer[] = []
  for (let part = 0; parts.length * 32 < length; part++) {
    parts.push(createHash('sha256').update(`${seed}:${index}:${part}`).digest())
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length))
}

/** A feed's blocks, of 0 to 96 bytes. */
export function seededBlocks(count: number, seed = 'anyfeed'): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => seededBlock(seed, i, i % 97))
}

/** A core with one finalized feed. */
export async function coreWith(
  blocks: ReadonlyArray<Uint8Array | string>,
  options: Partial<Parameters<typeof createCore>[0]> = {}
): Promise<{ core: Core; id: Uint8Array }> {
  const core = createCore({ storage: memoryStorage(), ...options })
  const feed = core.add()
  await feed.append(blocks)
  return { core, id: (await feed.finalize()) as Uint8Array }
}

export const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex')
export const unhex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))
export const utf8 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString()
