import { type TreeNode, VerificationError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { MAX_BLOCKS } from '../limits.ts'
import { fullRoots } from './flat-tree.ts'
import type { TreeHash } from './tree-hash.ts'

/** Throws a {@link VerificationError} unless these are all the roots of a feed of `length` blocks, and give the id. */
export function verifyRoots(hash: TreeHash, id: Uint8Array, length: number, roots: readonly TreeNode[]): void {
  const indexes = fullRoots(length)
  const fit = roots.length === indexes.length && roots.every(({ index }, i) => index === indexes[i])
  if (length > MAX_BLOCKS || !fit || !equalBytes(hash.id(roots), id)) {
    throw untrue('these roots')
  }
}

/** What came from a peer is not the feed's. */
export function untrue(what: string): VerificationError {
  return new VerificationError(`the feed's id does not vouch for ${what}`)
}
