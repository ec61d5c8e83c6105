import { type Durability, LockedError, StorageError } from '@anyfeed/interfaces'
import type { AbstractLevel } from 'abstract-level'
import type { KeyRange } from './keys.ts'

// biome-ignore lint/suspicious/noExplicitAny: any database will do, whatever its default encodings
export type AnyLevel = AbstractLevel<any, any, any>

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** What LevelDB has beyond abstract-level. */
interface LevelDB {
  approximateSize(start: Uint8Array, end: Uint8Array, options: object): Promise<number>
  compactRange(start: Uint8Array, end: Uint8Array, options: object): Promise<void>
}

const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const

/**
 * An abstract-level database seen as bytes to bytes. What fails rejects with a {@link StorageError} that has the cause;
 * what is missing is `undefined`. Arrays that come out are plain and belong to the caller.
 */
export class Database {
  readonly #db: AnyLevel
  /** Whether values may be the very arrays that were put, as memory-level's are. */
  readonly #handsOutItsOwn: boolean

  /** Throws a `TypeError` for a database that stores keys as text: their order is not that of the bytes. */
  constructor(db: AnyLevel) {
    if (!storesBytes(db)) throw new TypeError('the database cannot store binary keys')
    this.#db = db
    this.#handsOutItsOwn = db.supports.permanence === false
  }

  /** Whether what was written is there after the database was closed and opened anew. */
  get persistent(): boolean {
    return this.#db.supports.permanence !== false
  }

  /** The most durable kind of write. Only LevelDB documents `sync`, and only LevelDB has `compactRange`. */
  get durability(): Durability {
    if (!this.persistent) return 'memory'
    return this.#leveldb === undefined ? 'process' : 'machine'
  }

  async open(): Promise<void> {
    try {
      await this.#db.open()
    } catch (cause) {
      if (isLocked(cause)) throw new LockedError('another process has the database open', { cause })
      throw new StorageError('the database did not open', { cause })
    }
  }

  close(): Promise<void> {
    return attempt('close', () => this.#db.close())
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await attempt('read', () => this.#db.get<Uint8Array, Uint8Array>(key, BINARY))
    return value === undefined ? undefined : this.#plain(value)
  }

  /** In the order asked. */
  async getMany(keys: Uint8Array[]): Promise<Array<Uint8Array | undefined>> {
    const values = await attempt('read', () => this.#db.getMany<Uint8Array, Uint8Array>(keys, BINARY))
    return values.map((value) => (value === undefined ? undefined : this.#plain(value)))
  }

  /** The keys of a range in ascending order, at most `limit`. */
  async keys(range: KeyRange, limit: number): Promise<Uint8Array[]> {
    const keys = await attempt('read', () => this.#db.keys({ ...range, limit, keyEncoding: 'view' }).all())
    return keys as Uint8Array[]
  }

  async lastKey({ gte, lt }: KeyRange): Promise<Uint8Array | undefined> {
    const range = { ...(gte && { gte }), lt, reverse: true, limit: 1, keyEncoding: 'view' } as const
    const [key] = (await attempt('read', () => this.#db.keys(range).all())) as Uint8Array[]
    return key
  }

  /** The entries of a range in ascending order of keys, at most `limit`. */
  async entries(range: KeyRange, limit: number): Promise<Array<[Uint8Array, Uint8Array]>> {
    const entries = await attempt('read', () => this.#db.iterator({ ...range, limit, ...BINARY }).all())
    return (entries as Array<[Uint8Array, Uint8Array]>).map(([key, value]) => [key, this.#plain(value)])
  }

  /** All operations or none, in their order. `sync` waits for the medium. */
  batch(operations: Operation[], { sync = false } = {}): Promise<void> {
    const options = sync ? { ...BINARY, sync } : BINARY
    return attempt('write', () =>
      this.isLevelDB
        ? this.#chainedBatch(operations, sync)
        : this.#db.batch<Uint8Array, Uint8Array>(operations, options)
    )
  }

  /** The same in half of the time, on LevelDB: its binding takes much longer for each object of an array. */
  async #chainedBatch(operations: Operation[], sync: boolean): Promise<void> {
    const batch = this.#db.batch()
    try {
      for (const operation of operations) {
        if (operation.type === 'put') batch.put<Uint8Array, Uint8Array>(operation.key, operation.value, BINARY)
        else batch.del<Uint8Array>(operation.key, BINARY)
      }
      await batch.write(sync ? ({ sync } as object) : {})
    } finally {
      await batch.close()
    }
  }

  /** The space in bytes that a range takes on the medium, or `undefined` where the database cannot compact. */
  async size({ gte, lt }: KeyRange): Promise<number | undefined> {
    const leveldb = this.#leveldb
    return leveldb && attempt('read', () => leveldb.approximateSize(gte!, lt, { keyEncoding: 'view' }))
  }

  /** Gives the space of deleted keys back, at the cost of writing the rest of the range anew. */
  async compact({ gte, lt }: KeyRange): Promise<void> {
    await attempt('compact', async () => this.#leveldb?.compactRange(gte!, lt, { keyEncoding: 'view' }))
  }

  /** Whether it is LevelDB, where random keys among large values cost more than writing the keys twice. */
  get isLevelDB(): boolean {
    return this.#leveldb !== undefined
  }

  get #leveldb(): LevelDB | undefined {
    const methods = this.#db.supports.additionalMethods
    return methods?.compactRange && methods.approximateSize ? (this.#db as unknown as LevelDB) : undefined
  }

  #plain(value: Uint8Array): Uint8Array {
    // A part of a larger buffer is copied too: it may be a pool's, and would keep all of it in memory.
    const { buffer, byteOffset, byteLength } = value
    const copy = this.#handsOutItsOwn || byteLength !== buffer.byteLength
    return copy ? new Uint8Array(value) : new Uint8Array(buffer, byteOffset, byteLength)
  }
}

function storesBytes(db: AnyLevel): boolean {
  try {
    return db.keyEncoding('view').format !== 'utf8'
  } catch {
    // It knows no way to make text of bytes either.
    return false
  }
}

async function attempt<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw new StorageError(`the database failed to ${what}`, { cause })
  }
}

function isLocked(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as { code?: unknown }).code === 'LEVEL_LOCKED') return true
  }
  return false
}
