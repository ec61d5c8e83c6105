import type { Database } from './database.ts'
import type { Deleted } from './deletion.ts'
import type { Journal } from './journal.ts'
import { dataBetween, packsOf } from './keys.ts'

/** Less than this is not worth the while. */
const LEAST_BYTES = 64 * 1024
/** The part of the range's data that must have been deleted. */
const PART = 1 / 4
/** What a block takes in packs. */
const PACK_BYTES = 72

/**
 * Gives the space of deleted feeds back where the database does not do so soon by itself. A feed's data lies together,
 * or among that of the feeds which were written at the same time. Compacting writes what others have there anew: it is
 * done once a quarter is deleted, and so writes at most some four bytes for each that was deleted.
 */
export class Compaction {
  readonly #db: Database
  readonly #journal: Journal
  /** Deleted data that was not compacted yet. */
  #bytes = 0
  #first = Number.POSITIVE_INFINITY
  #end = 0
  #running: Promise<void> = Promise.resolve()

  constructor(db: Database, journal: Journal) {
    this.#db = db
    this.#journal = journal
  }

  /** To be called after each deletion; resolves when the space is given back, if it is time for that. */
  deleted(deleted: Deleted): Promise<void> {
    this.#bytes += deleted.bytes
    this.#first = Math.min(this.#first, deleted.first)
    this.#end = Math.max(this.#end, deleted.end)
    this.#running = this.#running.catch(() => {}).then(() => this.#compact(deleted))
    return this.#running
  }

  async #compact({ feed, blocks }: Deleted): Promise<void> {
    if (blocks * PACK_BYTES > LEAST_BYTES) await this.#db.compact(packsOf(feed))
    if (this.#bytes < LEAST_BYTES) return
    const [first, end] = [this.#first, this.#end]
    const range = dataBetween(first, end)
    const size = await this.#db.size(range)
    if (size === undefined || this.#bytes < size * PART) return
    this.#bytes = 0
    this.#first = Number.POSITIVE_INFINITY
    this.#end = 0
    await this.#journal.deleteGarbage(first, end)
    await this.#db.compact(range)
  }
}
