import { type TreeNode, VerificationError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { copyBytes } from '../bytes/copy.ts'
import { fullRoots, parent, sibling } from './flat-tree.ts'
import { proofIndexes, uncles } from './proof.ts'
import type { VerifiedRun } from './range-verifier.ts'
import { untrue, verifyRoots } from './roots.ts'
import { runBelow } from './subtree.ts'
import type { TreeHash } from './tree-hash.ts'

/** What is trusted of a feed before a block is verified. */
export interface TrustedTree {
  readonly hash: TreeHash
  /** The feed's id. */
  readonly id: Uint8Array
  /** The number of blocks; 0 while it is not known. */
  readonly blocks: number
  /** The hash of a trusted node, where it is at hand. Once `blocks` is known, all roots must be. */
  node(index: number): Uint8Array | undefined
}

/** A block as a peer sent it. */
export interface Claim {
  readonly block: number
  readonly data: Uint8Array
  readonly proof: readonly TreeNode[]
}

/** The proof was cut short and may rest on any of these nodes: look them up and verify again. */
export interface NeedsNodes {
  readonly needs: readonly number[]
}

/**
 * Recomputes the hashes from the block's leaf upwards until a trusted node is reached that is equal (PROTOCOL
 * section 1, verification). Pure: nothing is stored, and `tree` is only asked; so are the nodes that were `loaded`.
 *
 * Throws a {@link VerificationError} when the claim does not lead to the feed's id.
 */
export function verifyBlock(
  tree: TrustedTree,
  claim: Claim,
  loaded?: ReadonlyMap<number, Uint8Array>
): VerifiedRun | NeedsNodes {
  const { hash } = tree
  const { block, data, proof } = claim
  const last = proof.at(-1)
  const length = tree.blocks || (!last ? 0 : runBelow(last.index).end)
  const roots = tree.blocks > 0 ? [] : proof.slice(-fullRoots(length).length).map(ownCopy)
  if (tree.blocks === 0) verifyRoots(hash, tree.id, length, roots)
  if (block >= length) throw untrue(`block ${block}`)

  const trusted = new Map(roots.map((root) => [root.index, root.hash]))
  const known = (index: number) => trusted.get(index) ?? tree.node(index) ?? loaded?.get(index)
  assertNodes(claim, length, known)

  const leaf = hash.leaf(data)
  const nodes: TreeNode[] = [...roots]
  let node: TreeNode = { index: 2 * block, hash: leaf }
  let next = 0

  for (;;) {
    const expected = known(node.index)
    if (expected) {
      if (!equalBytes(expected, node.hash)) throw untrue(`block ${block}`)
      return { blocks: [{ index: block, hash: leaf, data }], roots, nodes, frontier: nodes, length }
    }
    nodes.push(node)

    const index = sibling(node.index)
    const claimed = proof[next]
    let side: Uint8Array | undefined
    if (claimed?.index === index) {
      side = claimed.hash
      nodes.push(ownCopy(claimed))
      next++
    } else {
      side = known(index)
      if (!side) {
        return { needs: [2 * block, ...uncles(block, length).flatMap((uncle) => [uncle, parent(uncle)])] }
      }
    }
    node = {
      index: parent(node.index),
      hash: index < node.index ? hash.parent(side, node.hash) : hash.parent(node.hash, side)
    }
  }
}

/** A proof may lack nodes, and have some that are not needed; but all must be of this proof, in order, and true. */
function assertNodes({ block, proof }: Claim, length: number, known: TrustedTree['node']): void {
  const indexes = proofIndexes(block, length)
  let at = -1
  for (const { index, hash } of proof) {
    at = indexes.indexOf(index, at + 1)
    if (at === -1 || !equalBytes(known(index) ?? hash, hash)) {
      throw untrue(`block ${block}`)
    }
  }
}

/** A block with its full proof, if it leads to the id by itself. */
export function verifyAlone(hash: TreeHash, id: Uint8Array, claim: Claim): VerifiedRun | undefined {
  try {
    const result = verifyBlock({ hash, id, blocks: 0, node: () => undefined }, claim)
    return 'needs' in result ? undefined : result
  } catch (error) {
    if (error instanceof VerificationError) return undefined
    throw error
  }
}

/** Nodes are kept, and a view would keep the whole frame with them. */
function ownCopy({ index, hash }: TreeNode): TreeNode {
  return { index, hash: copyBytes(hash) }
}
