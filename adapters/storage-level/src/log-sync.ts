import type { Database, Operation } from './database.ts'

/** Far less than the 4 MiB after which LevelDB begins another log, unless it was told a smaller `writeBufferSize`. */
const SURELY_ONE_LOG = 2 ** 20
/** After all keys, so that no table has it. */
const NOWHERE = Uint8Array.of(255, 255)
/** What an operation takes besides key and value, at most. */
const OVERHEAD = 100

/**
 * Makes a synced batch carry all batches before it.
 *
 * LevelDB's sync reaches the log that it writes to. Unsynced batches before it in the same log are then safe too, but
 * those in the log before are not: that one is never synced, only replaced by a table later on. So a synced batch that
 * may be in another log than unsynced ones before it has LevelDB write that table first. Writers of the same database
 * other than this store are not reckoned with.
 */
export class LogSync {
  readonly #db: Database
  /** Bytes since a log was surely begun anew: at first nothing is known. */
  #written = Number.POSITIVE_INFINITY
  #unsynced = true

  constructor(db: Database) {
    this.#db = db
  }

  async batch(operations: Operation[], sync: boolean): Promise<void> {
    for (const operation of operations) {
      this.#written += OVERHEAD + operation.key.length + (operation.type === 'put' ? operation.value.length : 0)
    }
    if (!sync) {
      this.#unsynced = true
      try {
        return await this.#db.batch(operations)
      } finally {
        // Also where a synced batch overtook it.
        this.#unsynced = true
      }
    }
    const otherLog = this.#unsynced && this.#written > SURELY_ONE_LOG
    if (otherLog) this.#written = 0
    this.#unsynced = false
    try {
      // Whatever the range, compacting begins with writing the table.
      if (otherLog) await this.#db.compact({ gte: NOWHERE, lt: NOWHERE })
      await this.#db.batch(operations, { sync })
    } catch (error) {
      this.#written = Number.POSITIVE_INFINITY
      this.#unsynced = true
      throw error
    }
  }
}
