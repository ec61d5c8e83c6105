import type { Database, Operation } from './database.ts'
import { decodeGarbage, encodeGarbage } from './garbage-codec.ts'
import { after, allGarbage, dataBetween, garbageKey, journalKey, type KeyRange, lastNumber } from './keys.ts'

/** The part of all data that entries may take which nobody needs. */
const MOST_PART = 1 / 16
const RECORDS_AT_ONCE = 100

/**
 * Entries of the journal that the index has. They lie among the data, which LevelDB writes anew where one of them is
 * deleted. So they stay while they take little space, with records of their numbers in the index, and are deleted when
 * the data around them is, which is written anew then anyway.
 */
export class Garbage {
  readonly #db: Database
  /** What all entries that stay have in bytes, or `undefined` until that was read. */
  #bytes: number | undefined

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * What gives up entries that have so many bytes: in a record of the numbers below `next`, if they may stay. Where the
   * data has become less, the oldest of those that stayed go as well.
   */
  async giveUp(numbers: readonly number[], bytes: number, next: number): Promise<Operation[]> {
    if (numbers.length === 0) return []
    const most = MOST_PART * ((await this.#db.size(dataBetween(0, next))) ?? 0)
    let kept = this.#bytes ?? (await this.#count())
    const operations: Operation[] = []
    const oldest = kept > most ? await this.#db.entries(allGarbage(), RECORDS_AT_ONCE) : []
    for (const [key, value] of oldest) {
      if (kept <= most) break
      const record = decodeGarbage(value)
      kept -= record.bytes
      for (const operation of deletionsOf(record.numbers)) operations.push(operation)
      operations.push({ type: 'del', key })
    }
    const mayStay = kept + bytes <= most
    this.#bytes = mayStay ? kept + bytes : kept
    if (!mayStay) return operations.concat(deletionsOf(numbers))
    operations.push({ type: 'put', key: garbageKey(next), value: encodeGarbage({ numbers, bytes }) })
    return operations
  }

  /** To be called where what gave entries up was not written, and where some were deleted. */
  recount(): void {
    this.#bytes = undefined
  }

  /** What deletes the entries of numbers from `first` up to, but without, `end`, and some beside them; a batch each. */
  async *deletions(first: number, end: number): AsyncGenerator<Operation[], void, undefined> {
    for await (const [key, value] of this.#records(first)) {
      yield [...deletionsOf(decodeGarbage(value).numbers), { type: 'del', key }]
      if (lastNumber(key) >= end) return
    }
  }

  async #count(): Promise<number> {
    let bytes = 0
    for await (const [, value] of this.#records(0)) bytes += decodeGarbage(value).bytes
    return bytes
  }

  /** All whose numbers reach beyond `first`. */
  async *#records(first: number): AsyncGenerator<[Uint8Array, Uint8Array], void, undefined> {
    let range: KeyRange = after(allGarbage(), garbageKey(first))
    for (;;) {
      const records = await this.#db.entries(range, RECORDS_AT_ONCE)
      yield* records
      if (records.length < RECORDS_AT_ONCE) return
      range = after(range, records.at(-1)![0])
    }
  }
}

function deletionsOf(numbers: readonly number[]): Operation[] {
  return numbers.map((number) => ({ type: 'del', key: journalKey(number) }))
}
