import type { Database } from './database.ts'
import { keyName } from './keys.ts'

/** So many values may wait to be asked for: what is expected beyond that is read when it is needed. */
const MOST_AHEAD = 8192

/** A value that is being read, or was: `undefined` for all where the read failed. */
export interface AheadValue {
  readonly values: Promise<ReadonlyArray<Uint8Array | undefined> | undefined>
  readonly place: number
}

/** Values of the database that are read before somebody asks for them. Each is given once. */
export class ReadAhead {
  readonly #db: Database
  readonly #values = new Map<string, AheadValue>()

  constructor(db: Database) {
    this.#db = db
  }

  get size(): number {
    return this.#values.size
  }

  /** Resolves when they have been read, or could not be. */
  async read(keys: readonly Uint8Array[]): Promise<void> {
    const missing = new Map<string, Uint8Array>()
    for (const key of keys) {
      const name = keyName(key)
      if (!this.#values.has(name)) missing.set(name, key)
    }
    if (missing.size === 0 || this.#values.size + missing.size > MOST_AHEAD) return
    const values = this.#db.getMany([...missing.values()]).catch(() => undefined)
    let place = 0
    for (const name of missing.keys()) this.#values.set(name, { values, place: place++ })
    await values
  }

  take(name: string): AheadValue | undefined {
    const value = this.#values.get(name)
    this.#values.delete(name)
    return value
  }

  /** What was read may have changed. */
  clear(): void {
    this.#values.clear()
  }
}
