import { randomBytes } from 'node:crypto'
import { heldBytes } from '../heap.ts'
import type { Limit } from '../work.ts'

/** Keeps an id of 32 bytes and a number for each feed in a map; resolves with the bytes that each takes. */
export const idleMap: Limit = {
  does: 'a `Map` from an id in hexadecimal digits to a number',

  async run({ count }) {
    const before = await heldBytes()
    const map = new Map<string, number>()
    for (let i = 0; i < count; i++) map.set(randomBytes(32).toString('hex'), i)
    const held = (await heldBytes()) - before
    if (map.size !== count) throw new Error('entries are missing')
    return held / count
  }
}
