import { BlockDamagedError } from '@anyfeed/interfaces'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { proofIndexes } from '../tree/proof.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { verifyAlone } from '../tree/verifier.ts'

const BATCH_BLOCKS = 64

/**
 * Brings what a feed lacks over from one that was written here with the same blocks. A crash in between leaves both as
 * far as they got, and nothing is lost. Rejects when not all of it could be brought over.
 */
export async function mergeInto(feed: IdentifiedFeed, written: UnfinishedFeed): Promise<void> {
  let batch: VerifiedRun[] = []
  for (let block = 0; block < written.blocks; block++) {
    if (feed.has(block)) continue
    batch.push(await readVerified(written, block, feed.id))
    if (batch.length < BATCH_BLOCKS) continue
    await feed.adopt(batch)
    batch = []
  }
  if (batch.length > 0) await feed.adopt(batch)
}

async function readVerified(written: UnfinishedFeed, block: number, id: Uint8Array): Promise<VerifiedRun> {
  const indexes = proofIndexes(block, written.blocks)
  const [data, hashes] = await Promise.all([written.get(block), written.storage.getNodes(indexes)])
  const proof = indexes.flatMap((index, i) => {
    const hash = hashes[i]
    return hash === undefined ? [] : [{ index, hash }]
  })
  const verified = data === null ? undefined : verifyAlone(written.hash, id, { block, data, proof })
  if (verified === undefined) throw new BlockDamagedError(block)
  return verified
}
