/** Bytes of a number in keys and records: enough for 2^53 - 1. */
export const UINT56_BYTES = 7

/**
 * Writes a number in big-endian order, so that keys sort as their numbers do. No bitwise operators: they end at 32 bits.
 * Throws a `RangeError` for anything but an integer from 0 to 2^53 - 1.
 */
export function writeUint56(target: Uint8Array, offset: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no index`)
  let rest = value
  for (let place = offset + UINT56_BYTES - 1; place >= offset; place--) {
    target[place] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

export function readUint56(source: Uint8Array, offset: number): number {
  let value = 0
  for (let place = offset; place < offset + UINT56_BYTES; place++) value = value * 256 + source[place]!
  return value
}
