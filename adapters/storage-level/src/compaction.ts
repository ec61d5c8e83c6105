import type { Database } from './database.ts'
import { allKeys } from './keys.ts'

/** Less than this is not worth the while. */
const LEAST_BYTES = 64 * 1024
/** The part of the store that must have been deleted. */
const PART = 1 / 4

/**
 * Gives the space of deleted feeds back where the database does not do so soon by itself. Blocks lie in the order of
 * their hashes, so a feed's are everywhere, and compacting writes the whole store anew: it is done once the deleted
 * bytes are a quarter of the store, and so writes at most some four bytes for each that was deleted.
 */
export class Compaction {
  readonly #db: Database
  #deleted = 0
  #running: Promise<void> = Promise.resolve()

  constructor(db: Database) {
    this.#db = db
  }

  /** To be called after each deletion; resolves when the space is given back, if it is time for that. */
  deleted(bytes: number): Promise<void> {
    this.#deleted += bytes
    this.#running = this.#running.catch(() => {}).then(() => this.#compact())
    return this.#running
  }

  async #compact(): Promise<void> {
    if (this.#deleted < LEAST_BYTES) return
    const size = await this.#db.size(allKeys())
    if (size === undefined || this.#deleted < size * PART) return
    this.#deleted = 0
    await this.#db.compact(allKeys())
  }
}
