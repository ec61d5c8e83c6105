import { StorageError } from '@anyfeed/interfaces'
import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

/** Bytes that are here: their number, and how many places of feeds hold them. */
export interface Content {
  readonly number: number
  readonly count: number
}

export function encodeContent({ number, count }: Content): Uint8Array {
  const bytes = new Uint8Array(2 * UINT56_BYTES)
  writeUint56(bytes, 0, number)
  writeUint56(bytes, UINT56_BYTES, count)
  return bytes
}

/** Throws a {@link StorageError} for bytes that no content has. */
export function decodeContent(bytes: Uint8Array): Content {
  if (bytes.length !== 2 * UINT56_BYTES) throw new StorageError('the number of a block is damaged')
  return { number: readUint56(bytes, 0), count: readUint56(bytes, UINT56_BYTES) }
}
