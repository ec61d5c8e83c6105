import { proofIndexes } from '../tree/proof.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { verifyAlone } from '../tree/verifier.ts'
import type { OpenFeed } from './open-feed.ts'

/**
 * A block as the store has it, if it leads to the id with the stored proof alone: nothing that is at hand stands in for
 * what is stored.
 */
export async function verifyStored(
  { hash, storage, blocks }: OpenFeed,
  block: number,
  id: Uint8Array
): Promise<VerifiedRun | undefined> {
  const indexes = proofIndexes(block, blocks)
  const [data, hashes] = await Promise.all([storage.getBlock(block, { shared: true }), storage.getNodes(indexes)])
  const proof = hashes.flatMap((hash, i) => (!hash ? [] : [{ index: indexes[i] as number, hash }]))
  return data && verifyAlone(hash, id, { block, data, proof })
}
