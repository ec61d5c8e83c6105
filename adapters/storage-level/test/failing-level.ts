import { MemoryLevel } from 'memory-level'

// biome-ignore lint/suspicious/noExplicitAny: not among the public types
const memoryBatch = (MemoryLevel.prototype as any)._batch

/** A database that fails when told to, and counts what is asked of it. */
export class FailingLevel extends MemoryLevel<string, string> {
  /** Fails the next batches, or reads, while more than 0. */
  failBatches = 0
  failReads = 0
  /** Lets so many batches pass before they fail. */
  passBatches = 0
  /** Batches that put this key fail. */
  refusedKey: Uint8Array | undefined
  readonly batches: Array<{ operations: unknown[]; options: unknown }> = []
  reads = 0

  /** Where abstract-level's arrays of operations and chained batches come together. */
  async _batch(operations: Array<{ readonly key: Uint8Array }>, options: unknown): Promise<void> {
    this.batches.push({ operations, options })
    if (this.failBatches > 0 && this.passBatches-- <= 0) {
      this.failBatches--
      throw new Error('disk full')
    }
    const { refusedKey } = this
    if (refusedKey && operations.some(({ key }) => Buffer.compare(key, refusedKey) === 0)) throw new Error('disk full')
    await memoryBatch.call(this, operations, options)
  }

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override get(...args: any[]): any {
    return this.#read() ?? super.get(args[0], args[1])
  }

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override getMany(...args: any[]): any {
    return this.#read() ?? super.getMany(args[0], args[1])
  }

  /** How a read fails, if this one does. */
  #read(): Promise<never> | undefined {
    this.reads++
    if (this.failReads === 0) return undefined
    this.failReads--
    return Promise.reject(new Error('disk gone'))
  }
}

/** One that looks like LevelDB, so that the index is journaled. */
export class FailingLevelDB extends FailingLevel {
  readonly compacted: Array<{ start: Uint8Array; end: Uint8Array }> = []
  /** The size that every range is said to have. */
  size = 0

  constructor() {
    super()
    const additionalMethods = { compactRange: true, approximateSize: true }
    Object.assign(this.supports, { permanence: true, additionalMethods })
  }

  async compactRange(start: Uint8Array, end: Uint8Array): Promise<void> {
    this.compacted.push({ start, end })
  }

  async approximateSize(): Promise<number> {
    return this.size
  }
}

export async function countKeys(db: MemoryLevel<string, string>): Promise<number> {
  return (await db.keys({ keyEncoding: 'view' }).all()).length
}
