import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

/** Entries of the journal that are of no use any more. */
export interface GarbageRecord {
  /** What all of them have together. */
  readonly bytes: number
  readonly numbers: readonly number[]
}

/** All as numbers of 7 bytes: what the entries have in bytes, and the number of each. */
export function encodeGarbage({ bytes, numbers }: GarbageRecord): Uint8Array {
  const record = new Uint8Array((1 + numbers.length) * UINT56_BYTES)
  for (const [place, value] of [bytes, ...numbers].entries()) writeUint56(record, place * UINT56_BYTES, value)
  return record
}

export function decodeGarbage(record: Uint8Array): GarbageRecord {
  const read = Array.from({ length: record.length / UINT56_BYTES }, (_, i) => readUint56(record, i * UINT56_BYTES))
  const [bytes = 0, ...numbers] = read
  return { bytes, numbers }
}
