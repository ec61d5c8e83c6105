import type { Database, Operation } from './database.ts'
import { Garbage } from './garbage.ts'
import { decodeEntry, encodeEntry, entryBytes } from './journal-entry.ts'
import {
  after,
  allData,
  checkpointKey,
  isData,
  isJournal,
  journalKey,
  type KeyRange,
  keyName,
  numberOf
} from './keys.ts'
import { LogSync } from './log-sync.ts'
import { type AheadValue, ReadAhead } from './read-ahead.ts'
import { SharedLock } from './shared-lock.ts'
import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

/** The index operations, and the data, in bytes after which the index is brought up to date: what an open may replay. */
const MOST_INDEX = 4 * 2 ** 20
const MOST_DATA = 64 * 2 ** 20
const KEYS_AT_ONCE = 1000

/**
 * The database, with the index written behind.
 *
 * LevelDB collects 4 MiB in memory and writes them as one table. If all of its keys come after those that are there,
 * the table is never merged with others; one random key in it, and all of it is. So on LevelDB a batch writes its data
 * and one journal entry with the index operations, all under ascending numbers, and the index keys themselves are
 * written together after many batches. Until then they are in memory, and reads look there first. After a crash the
 * next open replays the journal. What is of no use then is garbage. On other databases all is written in place.
 *
 * A batch is as atomic, durable and ordered as one of the database. Arrays that come out may not be changed.
 */
export class Journal {
  readonly #db: Database
  readonly #log: LogSync
  /** Of the index, as the database has it: what is pending comes before. Emptied whenever the index is written. */
  readonly #ahead: ReadAhead
  readonly #garbage: Garbage
  readonly #journaling: boolean
  /** Shared by batches that are journaled, had alone by what brings the index up to date. */
  readonly #writes = new SharedLock()
  /** By key, what the journal has for the index: the last operation on each. */
  readonly #pending = new Map<string, Operation>()
  /** The numbers of the entries that the index does not have yet. */
  #entries: number[] = []
  /** Whether one of them is to survive the death of the machine. */
  #synced = false
  /**
   * Whether the index has entries that are to survive it, by a batch that may not: what makes them of no use must come
   * after that one, on the medium too.
   */
  #atRisk = false
  #indexBytes = 0
  #dataBytes = 0
  /** From 1 on: 0 stands for none. */
  #next = 1

  constructor(db: Database) {
    this.#db = db
    this.#log = new LogSync(db)
    this.#ahead = new ReadAhead(db)
    this.#garbage = new Garbage(db)
    this.#journaling = db.isLevelDB
  }

  /** Reads what is needed of the store, and replays what a crash left. To be called first. */
  async open(): Promise<void> {
    this.#pending.clear()
    this.#entries = []
    this.#indexBytes = 0
    const last = await this.#db.lastKey(allData())
    this.#next = last === undefined ? 1 : numberOf(last) + 1
    if (!this.#journaling) return
    const value = await this.#db.get(checkpointKey())
    const checkpoint = value === undefined ? 0 : readUint56(value, 0)
    // After a power loss the index may know of numbers whose data was lost: those are not used again either.
    this.#next = Math.max(this.#next, checkpoint)
    let range: KeyRange = { ...allData(), gte: journalKey(checkpoint) }
    for (;;) {
      const keys = await this.#db.keys(range, KEYS_AT_ONCE)
      const entries = keys.filter(isJournal)
      // In the order they were written: where two have the same key, the second began when the first was done.
      for (const bytes of await this.#db.getMany(entries)) {
        this.#keep(decodeEntry(bytes!))
        this.#indexBytes += bytes!.length
      }
      this.#entries.push(...entries.map(numberOf))
      this.#synced ||= entries.length > 0
      if (keys.length < KEYS_AT_ONCE) break
      range = after(range, keys.at(-1)!)
    }
    await this.#settle()
  }

  /** A number that none has had that is in use. */
  nextNumber(): number {
    return this.#next++
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const operation = this.#pendingOn(key)
    // Not `getMany`, which copies a value of LevelDB twice.
    if (operation === undefined) return this.#db.get(key)
    return operation.type === 'put' ? operation.value : undefined
  }

  /**
   * Keys of the index that will be asked for soon are read from now on. Resolves when that is over, however it ends.
   * Where the index is written in place, nothing is: each batch may change what was read.
   */
  async expect(keys: readonly Uint8Array[]): Promise<void> {
    if (this.#journaling) await this.#ahead.read(keys.filter((key) => this.#pendingOn(key) === undefined))
  }

  /** In the order asked, and where the database takes a snapshot and none was expected as of one moment. */
  async getMany(keys: Uint8Array[]): Promise<Array<Uint8Array | undefined>> {
    if (this.#pending.size + this.#ahead.size === 0) return this.#db.getMany(keys)
    const values = new Array<Uint8Array | undefined>(keys.length).fill(undefined)
    const ahead: Array<[number, AheadValue]> = []
    const missing: number[] = []
    for (const [place, key] of keys.entries()) {
      if (isData(key)) {
        missing.push(place)
        continue
      }
      const name = keyName(key)
      const operation = this.#pending.get(name)
      const value = operation === undefined ? this.#ahead.take(name) : undefined
      if (operation?.type === 'put') values[place] = operation.value
      else if (value !== undefined) ahead.push([place, value])
      else if (operation === undefined) missing.push(place)
    }
    for (const [place, value] of ahead) {
      const read = await value.values
      if (read === undefined) missing.push(place)
      else values[place] = read[value.place]
    }
    if (missing.length === 0) return values
    const found = await this.#db.getMany(missing.map((place) => keys[place]!))
    for (const [at, place] of missing.entries()) values[place] = found[at]
    return values
  }

  /** The entries of a range of the index in ascending order of keys, at most `limit`. */
  async entries(range: KeyRange, limit: number): Promise<Array<[Uint8Array, Uint8Array]>> {
    await this.settle()
    return this.#db.entries(range, limit)
  }

  /** All operations or none. `sync` waits until they, and all written before, survive the death of the machine. */
  async batch(operations: Operation[], { sync = false } = {}): Promise<void> {
    if (!this.#journaling) return this.#db.batch(operations, { sync })
    const index = operations.filter(({ key }) => !isData(key))
    const data = operations.filter(({ key }) => isData(key))
    const indexBytes = entryBytes(index)
    const dataBytes = entryBytes(data)
    await this.#writes.shared(async () => {
      const number = this.nextNumber()
      await this.#log.batch([...data, { type: 'put', key: journalKey(number), value: encodeEntry(index) }], sync)
      this.#keep(index)
      this.#entries.push(number)
      if (sync) {
        this.#synced = true
        this.#atRisk = false
      }
      this.#indexBytes += indexBytes
      this.#dataBytes += dataBytes
    })
    if (this.#indexBytes < MOST_INDEX && this.#dataBytes < MOST_DATA) return
    // Nobody has to know if it fails: the journal has it all, and the next batch tries again.
    void this.settle().catch(() => {})
  }

  /** The same, with the index brought up to date: for many deletions, which would only be written twice. */
  batchInPlace(operations: Operation[]): Promise<void> {
    if (!this.#journaling) return this.#db.batch(operations)
    return this.#writes.exclusive(() => this.#settle(operations))
  }

  /** Brings the index up to date with all batches that have resolved. */
  async settle(): Promise<void> {
    if (this.#entries.length === 0) return
    await this.#writes.exclusive(async () => {
      if (this.#entries.length > 0) await this.#settle()
    })
  }

  /** Deletes what is garbage among the data of the numbers from `first` up to, but without, `end`. */
  async deleteGarbage(first: number, end: number): Promise<void> {
    for await (const operations of this.#garbage.deletions(first, end)) {
      await this.#writes.exclusive(async () => {
        await this.#log.batch(operations, this.#atRisk).finally(() => this.#garbage.recount())
        this.#atRisk = false
      })
    }
  }

  async #settle(more: Operation[] = []): Promise<void> {
    if (this.#entries.length + more.length === 0) return
    const operations = [...this.#pending.values()]
    // A batch takes effect in its order: `more` comes after what is pending.
    for (const operation of more) operations.push(operation)
    const next = this.#next
    const garbage = await this.#garbage.giveUp(this.#entries, this.#indexBytes, next)
    for (const operation of garbage) operations.push(operation)
    const checkpoint = new Uint8Array(UINT56_BYTES)
    writeUint56(checkpoint, 0, next)
    operations.push({ type: 'put', key: checkpointKey(), value: checkpoint })
    try {
      await this.#log.batch(operations, this.#atRisk)
    } catch (error) {
      this.#garbage.recount()
      throw error
    } finally {
      this.#ahead.clear()
    }
    this.#pending.clear()
    this.#entries = []
    this.#atRisk = this.#synced
    this.#synced = false
    this.#indexBytes = 0
    this.#dataBytes = 0
  }

  /** What the journal has for a key of the index. */
  #pendingOn(key: Uint8Array): Operation | undefined {
    return isData(key) ? undefined : this.#pending.get(keyName(key))
  }

  #keep(operations: readonly Operation[]): void {
    for (const operation of operations) this.#pending.set(keyName(operation.key), operation)
  }
}
