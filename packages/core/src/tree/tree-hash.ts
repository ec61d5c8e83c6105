import type { Sha256, TreeNode } from '@anyfeed/interfaces'

const LEAF = Uint8Array.of(0)
const PARENT = Uint8Array.of(1)
const ROOTS = Uint8Array.of(2)

/** The three kinds of hashes of a feed (PROTOCOL section 1, hashes). Each is a fresh array of 32 bytes. */
export interface TreeHash {
  /** `00` and the block's bytes. */
  leaf(block: Uint8Array): Uint8Array
  /** `01` and both children's hashes. */
  parent(left: Uint8Array, right: Uint8Array): Uint8Array
  /** The feed's id: `02`, then for each root, left to right, its hash and its index as uint64 big endian. */
  id(roots: readonly TreeNode[]): Uint8Array
}

/** Hashes of a feed with the given SHA-256. */
export function treeHash(sha256: Sha256): TreeHash {
  return {
    leaf: (block) => sha256(LEAF, block),
    parent: (left, right) => sha256(PARENT, left, right),
    id: (roots) => sha256(ROOTS, ...roots.flatMap(({ hash, index }) => [hash, uint64be(index)]))
  }
}

function uint64be(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}
