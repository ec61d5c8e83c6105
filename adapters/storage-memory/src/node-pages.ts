const HASH_BYTES = 32
/** A lone node deep in a sparse tree takes a page of its own, so pages are small. */
const PAGE_NODES = 32

/**
 * The tree nodes of a feed, in pages of neighbours: an object for each node would take several times the space of its
 * hash. A node of all zeros is one that is not here.
 */
export class NodePages {
  readonly #pages = new Map<number, Uint8Array>()

  set(index: number, hash: Uint8Array): void {
    const number = Math.floor(index / PAGE_NODES)
    let page = this.#pages.get(number)
    if (page === undefined) {
      page = new Uint8Array(PAGE_NODES * HASH_BYTES)
      this.#pages.set(number, page)
    }
    page.set(hash, (index % PAGE_NODES) * HASH_BYTES)
  }

  /** A copy of the node's hash. */
  get(index: number): Uint8Array | undefined {
    const start = (index % PAGE_NODES) * HASH_BYTES
    const hash = this.#pages.get(Math.floor(index / PAGE_NODES))?.slice(start, start + HASH_BYTES)
    return hash?.some((byte) => byte !== 0) ? hash : undefined
  }

  clear(): void {
    this.#pages.clear()
  }
}
