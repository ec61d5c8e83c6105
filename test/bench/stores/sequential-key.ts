/** Eight bytes that sort as numbers do. */
export function sequentialKey(index: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(4, index)
  return bytes
}
