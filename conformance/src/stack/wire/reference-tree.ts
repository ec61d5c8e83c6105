import { sha256 } from '../../bytes/hash.ts'
import type { Field } from './protobuf.ts'
import { encodeFields } from './protobuf.ts'

interface Node {
  readonly index: number
  readonly hash: Uint8Array
}

/** The merkle tree of a feed, written anew from its rules, without regard for speed. */
export class ReferenceTree {
  readonly blocks: readonly Uint8Array[]
  readonly roots: readonly Node[]
  readonly #nodes = new Map<number, Uint8Array>()

  constructor(blocks: readonly Uint8Array[]) {
    this.blocks = blocks
    const roots: Node[] = []
    // The largest perfect subtrees, left to right.
    for (let start = 0; start < blocks.length; ) {
      let size = 1
      while (start + size * 2 <= blocks.length && start % (size * 2) === 0) size *= 2
      roots.push(this.#grow(start, size))
      start += size
    }
    this.roots = roots
  }

  get id(): Uint8Array {
    const parts = this.roots.flatMap(({ hash, index }) => [hash, uint64(index)])
    return sha256(Uint8Array.of(2), ...parts)
  }

  node(index: number): Uint8Array | undefined {
    return this.#nodes.get(index)
  }

  /** Sibling and uncles, as far as they are inside the tree, then all roots. */
  proof(block: number): Node[] {
    const proof: Node[] = []
    let [start, size] = [block, 1]
    for (;;) {
      const sibling = start % (size * 2) === 0 ? start + size : start - size
      if (sibling + size > this.blocks.length) break
      const index = indexOf(sibling, size)
      proof.push({ index, hash: this.#nodes.get(index) as Uint8Array })
      start = Math.min(start, sibling)
      size *= 2
    }
    return [...proof, ...this.roots]
  }

  /** The fields of a Response with a block. */
  response(block: number, channel = 0): Field[] {
    return [[1, channel], [2, block], [3, this.blocks[block] as Uint8Array], ...this.proof(block).map(proofField)]
  }

  #grow(start: number, size: number): Node {
    const index = indexOf(start, size)
    const half = size / 2
    const hash =
      size === 1
        ? sha256(Uint8Array.of(0), this.blocks[start] as Uint8Array)
        : sha256(Uint8Array.of(1), this.#grow(start, half).hash, this.#grow(start + half, half).hash)
    this.#nodes.set(index, hash)
    return { index, hash }
  }
}

export function proofField({ index, hash }: Node): Field {
  return [
    4,
    encodeFields([
      [1, index],
      [2, hash]
    ])
  ]
}

/** The place in the flat in-order tree of the node above so many blocks. */
function indexOf(start: number, size: number): number {
  return 2 * start + size - 1
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}
