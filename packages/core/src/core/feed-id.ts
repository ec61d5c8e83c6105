import { copyBytes } from '../bytes/copy.ts'
import { fromHex } from '../bytes/hex.ts'

const ID_BYTES = 32

/** The bytes of an id or a key, given as 64 hexadecimal digits or as 32 bytes. Throws a `TypeError` for anything else. */
export function parseId(id: string | Uint8Array): Uint8Array {
  const bytes = typeof id === 'string' && /^[0-9a-f]{64}$/i.test(id) ? fromHex(id) : id
  if (!(bytes instanceof Uint8Array) || bytes.length !== ID_BYTES) {
    throw new TypeError('an id has 32 bytes, or 64 hexadecimal digits')
  }
  return copyBytes(bytes)
}
