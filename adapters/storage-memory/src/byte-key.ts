/** 32 bytes as a string, two in each UTF-16 unit: arrays are no keys of a Map. */
export type ByteKey = string & { readonly byteKey: never }

const units = new Uint16Array(16)
const bytesOfUnits = new Uint8Array(units.buffer)

/** Throws a `RangeError` for anything but 32 bytes. */
export function byteKey(bytes: Uint8Array): ByteKey {
  if (bytes.byteLength !== 32) throw new RangeError(`expected 32 bytes, got ${bytes.byteLength}`)
  bytesOfUnits.set(bytes)
  const u = units
  // One by one: `apply` and spreading take twice as long.
  // biome-ignore format: sixteen of a kind
  return String.fromCharCode(
    u[0]!, u[1]!, u[2]!, u[3]!, u[4]!, u[5]!, u[6]!, u[7]!, u[8]!, u[9]!, u[10]!, u[11]!, u[12]!, u[13]!, u[14]!, u[15]!
  ) as ByteKey
}
