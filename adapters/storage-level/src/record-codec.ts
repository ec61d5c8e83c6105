import { type FeedRecord, StorageError } from '@anyfeed/interfaces'
import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

const COMPLETE = 1
const FINALIZED = 2
const ID_START = 1 + 2 * UINT56_BYTES
const ID_BYTES = 32

/** A record without its key, which is in the key it is stored under: flags, blocks, byteLength, and the id if any. */
export function encodeRecord({ id, blocks, complete, byteLength }: FeedRecord): Uint8Array {
  const bytes = new Uint8Array(ID_START + (id === undefined ? 0 : ID_BYTES))
  bytes[0] = (complete ? COMPLETE : 0) | (id === undefined ? 0 : FINALIZED)
  writeUint56(bytes, 1, blocks)
  writeUint56(bytes, 1 + UINT56_BYTES, byteLength)
  if (id !== undefined) bytes.set(id, ID_START)
  return bytes
}

/** Throws a {@link StorageError} for bytes that no record has: what is damaged is never taken for missing. */
export function decodeRecord(key: Uint8Array, bytes: Uint8Array): FeedRecord {
  const flags = bytes[0] ?? 255
  const finalized = (flags & FINALIZED) !== 0
  if (flags > (COMPLETE | FINALIZED) || bytes.length !== ID_START + (finalized ? ID_BYTES : 0)) {
    throw new StorageError('the record of a feed is damaged')
  }
  return {
    key,
    id: finalized ? new Uint8Array(bytes.subarray(ID_START)) : undefined,
    blocks: readUint56(bytes, 1),
    complete: (flags & COMPLETE) !== 0,
    byteLength: readUint56(bytes, 1 + UINT56_BYTES)
  }
}

/** A record whose arrays the caller may change. */
export function copyRecord(record: FeedRecord): FeedRecord {
  return { ...record, key: new Uint8Array(record.key), id: record.id && new Uint8Array(record.id) }
}
