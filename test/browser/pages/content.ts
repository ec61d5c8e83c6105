/**
 * Block `index` of a feed that tests know by heart: no two are alike, and none can be compressed, as databases try to.
 * For pages, and for those who talk to them.
 */
export function blockOf(index: number, bytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4))
  // Marsaglia's xorshift, from a seed that is never zero.
  let state = Math.imul(index + 1, 0x9e3779b1) | 1
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[at] = state
  }
  return new Uint8Array(words.buffer, 0, bytes)
}

/** Whether these are the bytes of {@link blockOf}. */
export function isBlock(index: number, block: Uint8Array): boolean {
  const expected = blockOf(index, block.length)
  return block.every((byte, at) => byte === expected[at])
}
