import { MemoryLevel } from 'memory-level'

/** A database that fails when told to, and counts what is asked of it. */
export class FailingLevel extends MemoryLevel<string, string> {
  /** Fails the next batches, or reads, while more than 0. */
  failBatches = 0
  failReads = 0
  /** Lets so many batches pass before they fail. */
  passBatches = 0
  readonly batches: Array<{ operations: unknown[]; options: unknown }> = []
  reads = 0

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override batch(...args: any[]): any {
    const [operations, options] = args
    this.batches.push({ operations, options })
    if (this.failBatches > 0 && this.passBatches-- <= 0) {
      this.failBatches--
      return Promise.reject(new Error('disk full'))
    }
    return super.batch(operations, options)
  }

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override getMany(...args: any[]): any {
    this.reads++
    if (this.failReads > 0) {
      this.failReads--
      return Promise.reject(new Error('disk gone'))
    }
    return super.getMany(args[0], args[1])
  }
}

export async function countKeys(db: MemoryLevel<string, string>): Promise<number> {
  return (await db.keys({ keyEncoding: 'view' }).all()).length
}
