import { MIB } from '../content.ts'
import { sequentialKey } from './sequential-key.ts'
import type { Level } from './temporary-level.ts'

const MOST_PUTS = 1000

/** Puts values under sequential keys, a MiB at a time: the next batch is gathered while the one before is written. */
export class BatchWriter {
  count = 0
  readonly #db: Level
  readonly #options: { readonly sync?: boolean }
  #batch: Array<{ type: 'put'; key: Uint8Array; value: Uint8Array }> = []
  #bytes = 0
  #before: Promise<void> = Promise.resolve()

  constructor(db: Level, options: { readonly sync?: boolean } = {}) {
    this.#db = db
    this.#options = options
  }

  /** Resolves once another value may be given. */
  async put(value: Uint8Array): Promise<void> {
    this.#batch.push({ type: 'put', key: sequentialKey(this.count++), value })
    this.#bytes += value.length
    if (this.#bytes >= MIB || this.#batch.length >= MOST_PUTS) await this.#write()
  }

  /** Resolves once everything is written. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#write()
    await this.#before
  }

  async #write(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    await this.#before
    this.#before = this.#db.batch(batch, this.#options)
    this.#before.catch(() => {})
  }
}
