import type { TreeNode } from '@anyfeed/interfaces'

/** Trusted tree nodes that are at hand: the most recently used of them, up to a bound. */
export class NodeCache {
  readonly #nodes = new Map<number, Uint8Array>()
  readonly #capacity: number

  /** A node takes about 200 bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(index: number): Uint8Array | undefined {
    const hash = this.#nodes.get(index)
    if (hash === undefined) return undefined
    this.#nodes.delete(index)
    this.#nodes.set(index, hash)
    return hash
  }

  add(nodes: Iterable<TreeNode>): void {
    for (const { index, hash } of nodes) {
      this.#nodes.delete(index)
      this.#nodes.set(index, hash)
    }
    for (const oldest of this.#nodes.keys()) {
      if (this.#nodes.size <= this.#capacity) break
      this.#nodes.delete(oldest)
    }
  }

  clear(): void {
    this.#nodes.clear()
  }
}
