import { Emitter } from '../events/emitter.ts'
import type { BlockRange } from '../replicator/picker.ts'
import type { Priority } from '../replicator/priority.ts'

export interface DownloadEvents {
  /** Some of its blocks are here that were not; or, when some were dropped, the other way round. */
  progress: [downloaded: number, total: number]
}

/** A range of blocks that is being fetched. */
export class Download extends Emitter<DownloadEvents> implements BlockRange {
  /** The first block. */
  readonly start: number
  /** The block behind the last; `Infinity` stands for the feed's end. */
  readonly end: number
  readonly priority: Priority
  /** Resolves when all of it is here; rejects when it was cancelled, the feed closed, or the store failed. */
  readonly done: Promise<void>
  #downloaded = 0
  #total = Infinity
  #resolve!: () => void
  #reject!: (error: Error) => void

  constructor(start: number, end: number, priority: Priority = 'normal') {
    super()
    this.priority = priority
    this.start = start
    this.end = end
    this.done = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever only listens to progress need not handle it.
    this.done.catch(() => {})
  }

  /** How many blocks of the range are here. */
  get downloaded(): number {
    return this.#downloaded
  }

  /** How many blocks the range has; `Infinity` while the feed's length is not known. */
  get total(): number {
    return this.#total
  }

  /** Whether a block belongs to it. */
  includes(block: number): boolean {
    return block >= this.start && block < this.end
  }

  /** Called by the feed: `downloaded` of `total` blocks are here now. Returns whether that is all. */
  update(downloaded: number, total: number): boolean {
    const before = this.#downloaded
    this.#downloaded = downloaded
    this.#total = total
    if (this.#downloaded !== before) this.emit('progress', this.#downloaded, total)
    if (this.#downloaded < total) return false
    this.#resolve()
    return true
  }

  /** Called by the feed: it will not go on. */
  fail(error: Error): void {
    this.#reject(error)
  }
}
