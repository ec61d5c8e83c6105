import { sha256 } from '../src/platform/node.ts'
import { grow } from '../src/tree/grow.ts'
import { proofIndexes } from '../src/tree/proof.ts'
import { treeHash } from '../src/tree/tree-hash.ts'
import type { Claim } from '../src/tree/verifier.ts'

export const hash = treeHash(sha256)

/** A feed's whole tree, in plain maps. */
export class GrownTree {
  readonly blocks: readonly Uint8Array[]
  readonly nodes = new Map<number, Uint8Array>()
  readonly id: Uint8Array

  constructor(blocks: readonly Uint8Array[]) {
    this.blocks = blocks
    const { nodes, roots } = grow(hash, [], 0, blocks.map(hash.leaf))
    for (const node of nodes) this.nodes.set(node.index, node.hash)
    this.id = hash.id(roots)
  }

  /** A block as an honest peer sends it, with the full proof; each array its own. */
  claim(block: number): Claim {
    const proof = proofIndexes(block, this.blocks.length).map((index) => ({
      index,
      hash: (this.nodes.get(index) as Uint8Array).slice()
    }))
    return { block, data: (this.blocks[block] as Uint8Array).slice(), proof }
  }
}
