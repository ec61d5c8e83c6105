/** Whole numbers below `below`, the same for the same seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Bytes that look random, the same for the same seed. */
export function seededBytes(length: number, seed: number): Uint8Array {
  const next = seeded(seed)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = next(256)
  return bytes
}

/** Many bytes, quickly: some that look random, again and again. */
export function patterned(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const first = seededBytes(Math.min(length, 4093), seed)
  for (let at = 0; at < length; at += first.length) bytes.set(first.subarray(0, length - at), at)
  return bytes
}
