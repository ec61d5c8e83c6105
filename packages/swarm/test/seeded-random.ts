import type { RandomBytes } from '@anyfeed/interfaces'

/** Bytes that look random and are the same for the same seed (xorshift32). */
export function seededRandom(seed: number): RandomBytes {
  let state = (seed * 2654435761 + 1) >>> 0 || 1
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state >>>= 0
      state ^= state >>> 17
      state ^= state << 5
      state >>>= 0
      return state >>> 11
    })
}
