/** The size of the blocks that files are cut into. */
export const BLOCK_BYTES = 64 * 1024

/**
 * Cuts a stream of bytes into blocks of `size`; the last may be shorter. Nothing at all makes one empty block, because
 * a feed has at least one. A block is only good until the next is asked for.
 */
export async function* inBlocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number = BLOCK_BYTES
): AsyncGenerator<Uint8Array, void> {
  const partial = new Uint8Array(size)
  let filled = 0
  let empty = true
  for await (const chunk of source) {
    let start = 0
    if (filled > 0) {
      start = Math.min(size - filled, chunk.length)
      partial.set(chunk.subarray(0, start), filled)
      filled += start
      if (filled === size) {
        yield partial
        filled = 0
        empty = false
      }
    }
    for (; start + size <= chunk.length; start += size) {
      yield chunk.subarray(start, start + size)
      empty = false
    }
    if (start < chunk.length) {
      partial.set(chunk.subarray(start), filled)
      filled += chunk.length - start
    }
  }
  if (filled > 0 || empty) yield partial.subarray(0, filled)
}
