import { BlockDamagedError } from '@anyfeed/interfaces'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { verifyStored } from '../feed/verify-stored.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'

const BATCH_BLOCKS = 64

/**
 * Brings what a feed lacks over from one that was written here with the same blocks. A crash in between leaves both as
 * far as they got, and nothing is lost. Rejects when not all of it could be brought over.
 */
export async function mergeInto(feed: IdentifiedFeed, written: UnfinishedFeed): Promise<void> {
  let batch: VerifiedRun[] = []
  for (let block = 0; block < written.blocks; block++) {
    if (!feed.has(block)) {
      const verified = await verifyStored(written, block, feed.id)
      if (!verified) throw new BlockDamagedError(block)
      batch.push(verified)
    }
    if (batch.length < BATCH_BLOCKS && block < written.blocks - 1) continue
    await feed.adopt(batch)
    batch = []
  }
}
