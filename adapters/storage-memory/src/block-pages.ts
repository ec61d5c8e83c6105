import type { PooledBlock } from './pooled-block.ts'

/** A lone block takes a page of its own, so pages are small. */
const PAGE_BLOCKS = 32

/** The blocks of a feed by their indexes, in pages of neighbours: a Map with an entry for each takes several times as long. */
export class BlockPages {
  readonly #pages = new Map<number, Array<PooledBlock | undefined>>()

  get(index: number): PooledBlock | undefined {
    return this.#pages.get(Math.floor(index / PAGE_BLOCKS))?.[index % PAGE_BLOCKS]
  }

  set(index: number, block: PooledBlock): void {
    const number = Math.floor(index / PAGE_BLOCKS)
    let page = this.#pages.get(number)
    if (page === undefined) {
      page = new Array(PAGE_BLOCKS).fill(undefined)
      this.#pages.set(number, page)
    }
    page[index % PAGE_BLOCKS] = block
  }

  delete(index: number): void {
    const number = Math.floor(index / PAGE_BLOCKS)
    const page = this.#pages.get(number)
    if (page === undefined) return
    page[index % PAGE_BLOCKS] = undefined
    if (page.every((block) => block === undefined)) this.#pages.delete(number)
  }

  *values(): Generator<PooledBlock, void> {
    for (const page of this.#pages.values()) for (const block of page) if (block !== undefined) yield block
  }

  clear(): void {
    this.#pages.clear()
  }
}
