/**
 * The same bytes, not copied, as a `Uint8Array` and nothing derived from it: the `slice` of a Node `Buffer` is no copy,
 * so none is let in.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (Object.getPrototypeOf(bytes) === Uint8Array.prototype) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
