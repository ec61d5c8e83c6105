/** The longest character string of a TXT record (RFC 1035 section 3.3). */
const STRING_BYTES = 255
/** A TXT record grows to this size; only an address that is longer by itself makes a longer one. */
const RECORD_BYTES = 1000
/** The longest address: with its names it still fits into the 9,000 bytes of RFC 6762 section 17. */
export const MAX_ADDRESS_BYTES = 8000
/** How many addresses one record tells of at most. */
const RECORD_ADDRESSES = 32

/** `3.1=`: the second part of the fourth address. No key comes twice in a record (RFC 6763 section 6.4). */
const KEY = /^(0|[1-9]\d?)\.(0|[1-9]\d?)=/

const LONE_SURROGATE = /\p{Surrogate}/u

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Addresses as the character strings of TXT records, one list for each record. An address stays in one record; where it
 * is longer than a string it goes on in the next ones.
 *
 * Throws a `RangeError` for an address that is longer than 8,000 bytes or has no UTF-8 (lone surrogates).
 */
export function encodeAddresses(addresses: readonly string[]): Uint8Array[][] {
  const records: Uint8Array[][] = []
  let record: Uint8Array[] = []
  let size = 0
  let count = 0
  for (const address of new Set(addresses)) {
    const bytes = addressBytes(address)
    if (count === RECORD_ADDRESSES || (count > 0 && size + bytes.length > RECORD_BYTES)) {
      records.push(record)
      record = []
      size = 0
      count = 0
    }
    const strings = split(count, bytes)
    record.push(...strings)
    for (const string of strings) size += 1 + string.length
    count++
  }
  if (count > 0) records.push(record)
  return records
}

function addressBytes(address: string): Uint8Array {
  if (LONE_SURROGATE.test(address)) throw new RangeError('an address with lone surrogates cannot be announced')
  const bytes = encoder.encode(address)
  if (bytes.length > MAX_ADDRESS_BYTES) {
    throw new RangeError(
      `an address of ${bytes.length} bytes cannot be announced: the longest has ${MAX_ADDRESS_BYTES}`
    )
  }
  return bytes
}

function split(address: number, bytes: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = []
  let offset = 0
  do {
    const key = encoder.encode(`${address}.${strings.length}=`)
    const string = new Uint8Array(Math.min(STRING_BYTES, key.length + bytes.length - offset))
    string.set(key)
    string.set(bytes.subarray(offset, offset + string.length - key.length), key.length)
    offset += string.length - key.length
    strings.push(string)
  } while (offset < bytes.length)
  return strings
}

/**
 * The addresses in a TXT record's character strings. Never throws: strings that are none of ours are skipped, and so are
 * parts out of order, addresses that are not UTF-8, and all addresses beyond the 32nd.
 */
export function decodeAddresses(strings: readonly Uint8Array[]): string[] {
  const addresses = new Map<number, Uint8Array[]>()
  for (const string of strings) {
    const key = KEY.exec(String.fromCharCode(...string.subarray(0, 6)))
    if (key === null) continue
    const number = Number(key[1])
    const parts = addresses.get(number) ?? []
    if (number >= RECORD_ADDRESSES || Number(key[2]) !== parts.length) continue
    parts.push(string.subarray(key[0].length))
    addresses.set(number, parts)
  }
  return [...addresses.values()].flatMap((parts) => join(parts) ?? [])
}

function join(parts: readonly Uint8Array[]): string | undefined {
  try {
    return decoder.decode(Buffer.concat(parts))
  } catch {
    return undefined
  }
}
