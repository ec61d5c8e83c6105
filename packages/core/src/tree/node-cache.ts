/** About 3 MB of nodes for a feed in heavy use: a node takes about 200 bytes. */
const CACHED_NODES = 16_384

/**
 * Trusted tree nodes that are at hand: the most recently used of them, up to a bound. It keeps two generations, of which
 * the older is dropped when the younger is full: as good as an exact order, and a look-up changes nothing.
 */
export class NodeCache {
  // None while nothing is at hand: many feeds may be open and idle.
  #young: Map<number, Uint8Array> | undefined
  #old: Map<number, Uint8Array> | undefined

  get(index: number): Uint8Array | undefined {
    const hash = this.#young?.get(index)
    if (hash) return hash
    const older = this.#old?.get(index)
    if (older) this.set(index, older)
    return older
  }

  set(index: number, hash: Uint8Array): void {
    this.#young ??= new Map()
    this.#young.set(index, hash)
    if (this.#young.size * 2 < CACHED_NODES) return
    this.#old = this.#young
    this.#young = undefined
  }
}
