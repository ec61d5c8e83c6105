import { ConformanceError } from '../assert/conformance-error.ts'

/** Bytes of which each tells its place, so that what is lost, doubled or swapped is seen. Chunks of the sizes given. */
export function* numbered(sizes: Iterable<number>): Generator<Uint8Array> {
  let place = 0
  for (const size of sizes) {
    const chunk = new Uint8Array(size)
    for (let index = 0; index < size; index++) chunk[index] = byteAt(place++)
    yield chunk
  }
}

function byteAt(place: number): number {
  return (place ^ (place >>> 8) ^ (place >>> 16)) & 255
}

/** Reads to the end. Resolves with how many bytes came; fails at the first that is not {@link numbered}'s. */
export async function countNumbered(source: AsyncIterable<Uint8Array>): Promise<number> {
  let place = 0
  for await (const chunk of source) {
    for (const byte of chunk) {
      if (byte !== byteAt(place)) throw new ConformanceError(`byte ${place} is ${byte} and not ${byteAt(place)}`)
      place++
    }
  }
  return place
}

/** Reads to the end and resolves with how many bytes came. */
export async function countBytes(source: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of source) bytes += chunk.byteLength
  return bytes
}

/** A source that never gives anything and never ends. `left` tells whether it was told to stop. */
export function silence(): AsyncIterable<Uint8Array> & { left: boolean } {
  const source = {
    left: false,
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<Uint8Array>>(() => {}),
      return() {
        source.left = true
        return Promise.resolve({ done: true as const, value: undefined })
      }
    })
  }
  return source
}
