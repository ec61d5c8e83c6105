import type { BlockRange } from '../replicator/picker.ts'

/** What is asked for ahead of a reader, by the size of the longest block so far: enough for fast links with long ways. */
const AHEAD_BYTES = 8 * 1024 * 1024
const AHEAD_BLOCKS = 16_384
/** So many blocks before anything is known of their size. */
const FIRST_BLOCKS = 64

/** Who fetches ranges of blocks. */
interface Fetcher {
  addRange(range: BlockRange): void
  deleteRange(range: BlockRange): void
}

/** Has the blocks ahead of a reader fetched, in their order, before what is only to be here some time. */
export class ReadAhead {
  readonly #fetcher: Fetcher
  readonly #end: number
  #range: BlockRange | undefined

  /** `end`: the block behind the last that is read. */
  constructor(fetcher: Fetcher, end: number) {
    this.#fetcher = fetcher
    this.#end = end
  }

  /** The reader is about to read this block; the longest so far had `largest` bytes. */
  moveTo(block: number, largest: number): void {
    const most = largest === 0 ? FIRST_BLOCKS : AHEAD_BYTES / largest
    const ahead = Math.max(1, Math.min(AHEAD_BLOCKS, Math.floor(most)))
    // Some at a time: each move costs a look at all ranges.
    if (this.#range && this.#range.end - block > ahead / 2) return
    const before = this.#range
    this.#range = { start: block, end: Math.min(this.#end, block + ahead), priority: 'high' }
    this.#fetcher.addRange(this.#range)
    if (before) this.#fetcher.deleteRange(before)
  }

  /** The reader has stopped. */
  stop(): void {
    if (this.#range) this.#fetcher.deleteRange(this.#range)
  }
}
