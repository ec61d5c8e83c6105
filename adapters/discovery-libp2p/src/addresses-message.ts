/** The most addresses of one answer. */
export const MAX_ADDRESSES = 64

/** The most bytes of one address, in UTF-8. */
export const MAX_ADDRESS_LENGTH = 512

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws a `RangeError` for more than 64 addresses, or one beyond 512 bytes; a `TypeError` for what is no text. */
export function checkAddresses(addresses: readonly string[]): void {
  if (addresses.length > MAX_ADDRESSES) throw new RangeError(`a topic has at most ${MAX_ADDRESSES} addresses`)
  for (const address of addresses) {
    const bytes = encoder.encode(address)
    // Half of a surrogate pair would arrive as something else.
    if (decoder.decode(bytes) !== address) throw new TypeError('an address is text')
    const { length } = bytes
    if (length === 0 || length > MAX_ADDRESS_LENGTH) {
      throw new RangeError(`an address has 1 to ${MAX_ADDRESS_LENGTH} bytes, not ${length}: ${address.slice(0, 100)}`)
    }
  }
}

/** A count in one byte, then each address after its length in two, the high one first. The first 64 of them. */
export function encodeAddresses(addresses: readonly string[]): Uint8Array {
  const texts = addresses.slice(0, MAX_ADDRESSES).map((address) => encoder.encode(address))
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 2 + text.length, 1))
  let at = 0
  bytes[at++] = texts.length
  for (const text of texts) {
    bytes[at++] = text.length >> 8
    bytes[at++] = text.length & 255
    bytes.set(text, at)
    at += text.length
  }
  return bytes
}

/**
 * Reads what {@link encodeAddresses} wrote; `read` gives exactly so many bytes or throws. A count makes an answer that
 * was cut short an error. Throws a `RangeError` for more than is allowed, and a `TypeError` for what is no text.
 */
export async function decodeAddresses(read: (bytes: number) => Promise<Uint8Array>): Promise<string[]> {
  const [count = 0] = await read(1)
  if (count > MAX_ADDRESSES) throw new RangeError(`${count} addresses are too many`)
  const addresses: string[] = []
  for (let index = 0; index < count; index++) {
    const [high = 0, low = 0] = await read(2)
    const length = high * 256 + low
    if (length === 0 || length > MAX_ADDRESS_LENGTH) throw new RangeError(`an address of ${length} bytes`)
    addresses.push(decoder.decode(await read(length)))
  }
  return addresses
}
