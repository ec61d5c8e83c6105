import { StorageError } from '@anyfeed/interfaces'
import type { Operation } from './database.ts'

const DELETION = 0xffffffff
/** The lengths of key and value. */
const HEAD_BYTES = 1 + 4

/** The bytes that an entry of these operations has. */
export function entryBytes(operations: readonly Operation[]): number {
  let bytes = 0
  for (const operation of operations) {
    bytes += HEAD_BYTES + operation.key.length + (operation.type === 'put' ? operation.value.length : 0)
  }
  return bytes
}

/** Operations on the index as one value: for each the lengths of key and value, key and value. */
export function encodeEntry(operations: readonly Operation[]): Uint8Array {
  const bytes = new Uint8Array(entryBytes(operations))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const operation of operations) {
    const value = operation.type === 'put' ? operation.value : undefined
    view.setUint8(at, operation.key.length)
    view.setUint32(at + 1, value?.length ?? DELETION)
    bytes.set(operation.key, at + HEAD_BYTES)
    at += HEAD_BYTES + operation.key.length
    if (value !== undefined) bytes.set(value, at)
    at += value?.length ?? 0
  }
  return bytes
}

/** Throws a {@link StorageError} for bytes that no entry has. */
export function decodeEntry(bytes: Uint8Array): Operation[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const operations: Operation[] = []
  const take = (start: number, length: number): Uint8Array => {
    if (start + length > bytes.length) throw new StorageError('the journal of the store is damaged')
    return bytes.slice(start, start + length)
  }
  let at = 0
  while (at < bytes.length) {
    take(at, HEAD_BYTES)
    const key = take(at + HEAD_BYTES, view.getUint8(at))
    const length = view.getUint32(at + 1)
    at += HEAD_BYTES + key.length
    if (length === DELETION) {
      operations.push({ type: 'del', key })
    } else {
      operations.push({ type: 'put', key, value: take(at, length) })
      at += length
    }
  }
  return operations
}
