const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 bytes of a string. */
export function toUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The string of UTF-8 bytes; throws a `TypeError` where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
