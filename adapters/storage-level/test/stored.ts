import type { FeedRecord, Storage } from '@anyfeed/interfaces'
import type { MemoryLevel } from 'memory-level'
import { expect } from 'vitest'
import { decodeContent } from '../src/content-codec.ts'
import { decodeGarbage } from '../src/garbage-codec.ts'
import { bandOf, isJournal, lastNumber, numberOf } from '../src/keys.ts'
import { heldIn } from '../src/node-packs.ts'

export const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const
const PREFIX = '!anyfeed!'
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export interface Stored {
  /** By hash in hex: how many places of feeds hold it. */
  readonly counts: ReadonlyMap<string, number>
  readonly numbers: ReadonlySet<number>
}

/**
 * Reads a settled store's keys, and expects what holds for every store: contents are counted as feeds hold them, all
 * contents have their bytes and all bytes a content, nothing is left of deletions, and of the journal what is known to
 * be garbage.
 */
export async function readStored(db: MemoryLevel<string, string>): Promise<Stored> {
  const held = new Map<string, { count: number; number: number }>()
  const counted = new Map<string, { count: number; number: number }>()
  const numbers = new Set<number>()
  const journal: number[] = []
  const garbage: number[] = []
  for (const [key, value] of await db.iterator<Uint8Array, Uint8Array>(BINARY).all()) {
    const kind = String.fromCharCode(key[PREFIX.length]!)
    if (kind === 'x') expect.unreachable(`a ${kind} key is left`)
    if (kind === 'g') garbage.push(...decodeGarbage(value).numbers)
    if (kind === 'z' && isJournal(key)) journal.push(numberOf(key))
    else if (kind === 'z') numbers.add(numberOf(key))
    if (kind === 'c') counted.set(hex(key.subarray(PREFIX.length + 1)), { ...decodeContent(value) })
    if (kind !== 'n') continue
    for (const { hash, number } of heldIn(value, { band: bandOf(key), pack: lastNumber(key) })) {
      const entry = held.get(hex(hash)) ?? { count: 0, number }
      expect(entry.number).toBe(number)
      entry.count++
      held.set(hex(hash), entry)
    }
  }
  expect(new Set(journal)).toEqual(new Set(garbage))
  expect(counted).toEqual(held)
  expect(numbers).toEqual(new Set([...held.values()].map(({ number }) => number)))
  expect(numbers.size).toBe(held.size)
  return { counts: new Map([...held].map(([hash, { count }]) => [hash, count])), numbers }
}

/** What a crash at this moment would leave, in another database. */
export async function copyInto<T extends MemoryLevel<string, string>>(
  db: MemoryLevel<string, string>,
  copy: T
): Promise<T> {
  await copy.open()
  for (const [key, value] of await db.iterator<Uint8Array, Uint8Array>(BINARY).all()) {
    await copy.put<Uint8Array, Uint8Array>(new Uint8Array(key), new Uint8Array(value), BINARY)
  }
  return copy
}

/** Reads all of a listing: a reading of a range, which brings the index up to date. */
export async function listAll(storage: Storage): Promise<FeedRecord[]> {
  const records: FeedRecord[] = []
  for await (const record of storage.feeds()) records.push(record)
  return records
}
