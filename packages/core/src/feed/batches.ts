/** The most that one batch takes, unless a single item has more. */
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_BLOCKS = 4096

/** Blocks that belong together. */
interface Item {
  readonly blocks: ReadonlyArray<{ readonly data: Uint8Array }>
}

/** What becomes of batches. */
export interface BatchTarget<T> {
  /** Stores a batch: resolves once it is stored. */
  write(batch: readonly T[]): Promise<void>
  onStored(batch: readonly T[]): void
  /** A batch could not be stored, nor is what waited behind it. */
  onFailed(items: readonly T[], error: Error): void
}

/** Stores blocks in batches, one after the other: whatever comes in while one is under way goes into the next. */
export class Batches<T extends Item> {
  readonly #target: BatchTarget<T>
  #queue: T[] = []
  /** How many bytes are not stored yet. */
  bytes = 0
  #running: Promise<void> | undefined

  constructor(target: BatchTarget<T>) {
    this.#target = target
  }

  /** Whether something is not stored yet. */
  get busy(): boolean {
    return this.#running !== undefined
  }

  /** What goes into the next batch, as far as it has come. */
  next(): readonly T[] {
    let bytes = 0
    let blocks = 0
    let count = 0
    while (count < this.#queue.length && blocks < BATCH_BLOCKS && bytes < BATCH_BYTES) {
      const item = this.#queue[count] as T
      bytes += bytesOf(item)
      blocks += item.blocks.length
      count++
    }
    return this.#queue.slice(0, count)
  }

  add(item: T): void {
    this.#queue.push(item)
    this.bytes += bytesOf(item)
    this.#running ??= this.#run()
  }

  /** Resolves when everything that was added is stored, or has failed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    // One turn later, so that what is added in one turn goes into one batch.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.next().length)
      try {
        await this.#target.write(batch)
        for (const item of batch) this.bytes -= bytesOf(item)
        this.#target.onStored(batch)
      } catch (error) {
        const failed = [...batch, ...this.#queue]
        this.#queue = []
        this.bytes = 0
        this.#target.onFailed(failed, error as Error)
      }
    }
    this.#running = undefined
  }
}

export function bytesOf({ blocks }: Item): number {
  let bytes = 0
  for (const { data } of blocks) bytes += data.length
  return bytes
}
