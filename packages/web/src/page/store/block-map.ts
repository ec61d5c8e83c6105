import type { Feed } from '@anyfeed/core'

/** The most cells that a map has: more could not be told apart. */
const CELLS = 512

/** Which blocks of a feed are here, as the parts of a few hundred cells. One block more costs O(1). */
export class BlockMap {
  #counts = new Uint32Array(0)
  #blocks = 0

  /** Looks at every block. To be called when the feed's length has changed, and when blocks were dropped. */
  count(feed: Feed): void {
    this.#blocks = feed.blocks
    this.#counts = new Uint32Array(Math.min(CELLS, feed.blocks))
    for (let block = 0; block < feed.blocks; block++) if (feed.has(block)) this.add(block)
  }

  /** One block has come. */
  add(block: number): void {
    const cell = this.#cellOf(block)
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1
  }

  /** For each cell the part of its blocks that is here, from 0 to 255. */
  get cells(): Uint8Array {
    return Uint8Array.from(this.#counts, (count, cell) => {
      const size = this.#start(cell + 1) - this.#start(cell)
      // Only what is whole looks whole.
      return count >= size ? 255 : Math.floor((count / size) * 254)
    })
  }

  #cellOf(block: number): number {
    return Math.floor((block * this.#counts.length) / this.#blocks)
  }

  #start(cell: number): number {
    return Math.ceil((cell * this.#blocks) / this.#counts.length)
  }
}
