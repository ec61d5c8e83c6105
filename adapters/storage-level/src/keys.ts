import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

/**
 * The layout, version 1. Every key starts with the prefix that `db.sublevel('anyfeed')` would have, so that a database
 * may be shared with other sublevels, and a letter for its kind. All parts have fixed sizes, so no key is the
 * beginning of another and no feed's range reaches into another's.
 *
 * | key                     | value                                                                    |
 * | ----------------------- | ------------------------------------------------------------------------ |
 * | `v`                     | the version of this layout, one byte                                     |
 * | `j`                     | the number from which entries of the journal are still to be applied     |
 * | `g` number              | numbers below, of entries of the journal that are of no use (garbage.ts) |
 * | `r` feed                | record                                                                   |
 * | `i` id                  | the feed's key                                                           |
 * | `x` feed                | the record of a feed that is being deleted                               |
 * | `n` feed, band, pack    | tree nodes, and the numbers of the blocks that the feed holds (node-packs.ts) |
 * | `h` feed, page          | have page                                                                |
 * | `c` hash                | number, and how many places in packs name it: content is stored once     |
 * | `z` number, 0           | a block's bytes                                                          |
 * | `z` number, 1           | journal: index operations written with the bytes before it (journal.ts)  |
 *
 * `z` keys are the data, all others the index. Numbers count up over the whole store, and none sorts after `z`: what is
 * appended lies after everything that is there, so LevelDB moves it down its levels without ever merging it.
 */
const PREFIX = '!anyfeed!'
const DATA = 0
const JOURNAL = 1
const Z = 'z'.charCodeAt(0)

/** 32 bytes as a string, one UTF-16 unit a byte. */
export type ByteKey = string & { readonly byteKey: never }

/** Keys from `gte` (or after `gt`), before `lt`. */
export interface KeyRange {
  readonly gte?: Uint8Array
  readonly gt?: Uint8Array
  readonly lt: Uint8Array
}

export const formatKey = (): Uint8Array => join('v')
export const recordKey = (feed: Uint8Array): Uint8Array => join('r', feed)
export const idKey = (id: Uint8Array): Uint8Array => join('i', id)
export const deletingKey = (feed: Uint8Array): Uint8Array => join('x', feed)
export const contentKey = (hash: Uint8Array): Uint8Array => join('c', hash)
export const checkpointKey = (): Uint8Array => join('j')
export const dataKey = (number: number): Uint8Array => numbered(number, DATA)
export const journalKey = (number: number): Uint8Array => numbered(number, JOURNAL)

export function packKey(feed: Uint8Array, band: number, pack: number): Uint8Array {
  const key = join('n', feed, 1 + UINT56_BYTES)
  key[key.length - UINT56_BYTES - 1] = band
  writeUint56(key, key.length - UINT56_BYTES, pack)
  return key
}

export function havePageKey(feed: Uint8Array, page: number): Uint8Array {
  const key = join('h', feed, UINT56_BYTES)
  writeUint56(key, key.length - UINT56_BYTES, page)
  return key
}

export function garbageKey(number: number): Uint8Array {
  const key = join('g', NOTHING, UINT56_BYTES)
  writeUint56(key, key.length - UINT56_BYTES, number)
  return key
}

/** The page number of a have page's key, the pack number of a pack's key, the number of a `g` key. */
export const lastNumber = (key: Uint8Array): number => readUint56(key, key.length - UINT56_BYTES)

/** The band of a pack's key. */
export const bandOf = (key: Uint8Array): number => key[key.length - UINT56_BYTES - 1]!

/** The number of a `z` key. */
export const numberOf = (key: Uint8Array): number => readUint56(key, PREFIX.length + 1)

/** Whether a key is a `z` key. */
export const isData = (key: Uint8Array): boolean => key[PREFIX.length] === Z

/** Whether a `z` key is one of the journal. */
export const isJournal = (key: Uint8Array): boolean => key[key.length - 1] === JOURNAL

/** The feed's key out of the key of its record or its deletion. */
export const feedOf = (key: Uint8Array): Uint8Array => new Uint8Array(key.subarray(PREFIX.length + 1))

export const allRecords = (): KeyRange => startingWith(join('r'))
export const allDeletions = (): KeyRange => startingWith(join('x'))
export const allGarbage = (): KeyRange => startingWith(join('g'))
export const allData = (): KeyRange => startingWith(join('z'))
/** The `z` keys of the numbers from `first` up to, but without, `end`. */
export const dataBetween = (first: number, end: number): KeyRange => ({ gte: dataKey(first), lt: dataKey(end) })
export const packsOf = (feed: Uint8Array): KeyRange => startingWith(join('n', feed))
export const havePagesOf = (feed: Uint8Array): KeyRange => startingWith(join('h', feed))

/** What is left of a range after a key of it. */
export const after = (range: KeyRange, key: Uint8Array): KeyRange => ({ gt: key, lt: range.lt })

/** A key as a string, to be found in a Map. */
export const keyName = (key: Uint8Array): string => String.fromCharCode.apply(null, key as unknown as number[])

/** 32 bytes as a string, to be found in a Map. Throws a `RangeError` for any other length. */
export function byteKey(bytes: Uint8Array): ByteKey {
  if (bytes.byteLength !== 32) throw new RangeError(`expected 32 bytes, got ${bytes.byteLength}`)
  return keyName(bytes) as ByteKey
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

const PREFIX_BYTES = ascii(PREFIX)
const NOTHING = new Uint8Array(0)

function numbered(number: number, kind: number): Uint8Array {
  const key = join('z', NOTHING, UINT56_BYTES + 1)
  writeUint56(key, key.length - UINT56_BYTES - 1, number)
  key[key.length - 1] = kind
  return key
}

/** Prefix, kind and `part`, with room for `more` bytes. */
function join(kind: string, part: Uint8Array = NOTHING, more = 0): Uint8Array {
  const key = new Uint8Array(PREFIX_BYTES.length + 1 + part.length + more)
  key.set(PREFIX_BYTES)
  key[PREFIX_BYTES.length] = kind.charCodeAt(0)
  key.set(part, PREFIX_BYTES.length + 1)
  return key
}

/** All keys that start with `prefix`, which has a byte other than 255: the prefix of all keys does. */
function startingWith(prefix: Uint8Array): KeyRange {
  let length = prefix.length
  while (prefix[length - 1] === 255) length--
  const lt = prefix.slice(0, length)
  lt[length - 1]!++
  return { gte: prefix, lt }
}
