/** 32 bytes as a string, one UTF-16 unit a byte: arrays are no keys of a Map. */
export type ByteKey = string & { readonly byteKey: never }

/** Throws a `RangeError` for anything but 32 bytes. */
export function byteKey(bytes: Uint8Array): ByteKey {
  if (bytes.byteLength !== 32) throw new RangeError(`expected 32 bytes, got ${bytes.byteLength}`)
  return String.fromCharCode.apply(null, bytes as unknown as number[]) as ByteKey
}
