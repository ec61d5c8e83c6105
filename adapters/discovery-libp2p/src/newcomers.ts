import type { Waker } from '@anyfeed/adapter-kit'
import type { IdentifyResult, PeerId } from '@libp2p/interface'
import type { Libp2pNode } from './protocol.ts'

/** Counts the peers that the node has come to know, which is when they can be told something. */
export class Newcomers {
  readonly #node: Libp2pNode
  readonly #known = new Set<string>()
  readonly #listeners = new Set<() => void>()
  #count = 0

  constructor(node: Libp2pNode) {
    this.#node = node
    node.addEventListener('peer:identify', this.#identified)
    node.addEventListener('peer:disconnect', this.#left)
  }

  get count(): number {
    return this.#count
  }

  /** Wakes when there are more than `count`. */
  beyond(count: number): Waker {
    return (wake) => {
      this.#listeners.add(wake)
      if (this.#count > count) queueMicrotask(wake)
      return () => this.#listeners.delete(wake)
    }
  }

  close(): void {
    this.#node.removeEventListener('peer:identify', this.#identified)
    this.#node.removeEventListener('peer:disconnect', this.#left)
  }

  readonly #identified = ({ detail }: CustomEvent<IdentifyResult>) => {
    const peer = detail.peerId.toString()
    // A peer says anew who it is whenever something of it changes.
    if (this.#known.has(peer)) return
    this.#known.add(peer)
    this.#count++
    for (const wake of [...this.#listeners]) wake()
  }

  readonly #left = ({ detail }: CustomEvent<PeerId>) => {
    this.#known.delete(detail.toString())
  }
}
