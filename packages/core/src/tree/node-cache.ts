import type { TreeNode } from '@anyfeed/interfaces'

/**
 * Trusted tree nodes that are at hand: the most recently used of them, up to a bound. It keeps two generations, of which
 * the older is dropped when the younger is full: as good as an exact order, and a look-up changes nothing.
 */
export class NodeCache {
  readonly #capacity: number
  // None while nothing is at hand: many feeds may be open and idle.
  #young: Map<number, Uint8Array> | undefined
  #old: Map<number, Uint8Array> | undefined

  /** A node takes about 200 bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(index: number): Uint8Array | undefined {
    const hash = this.#young?.get(index)
    if (hash !== undefined) return hash
    const older = this.#old?.get(index)
    if (older !== undefined) this.#set(index, older)
    return older
  }

  add(nodes: Iterable<TreeNode>): void {
    for (const { index, hash } of nodes) this.#set(index, hash)
  }

  clear(): void {
    this.#young = undefined
    this.#old = undefined
  }

  #set(index: number, hash: Uint8Array): void {
    this.#young ??= new Map()
    this.#young.set(index, hash)
    if (this.#young.size * 2 <= this.#capacity) return
    this.#old = this.#young
    this.#young = undefined
  }
}
