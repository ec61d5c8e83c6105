import { BlockDamagedError } from '@anyfeed/interfaces'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { ancestors, proofIndexes } from '../tree/proof.ts'
import type { Verified } from '../tree/verifier.ts'

const BATCH_BLOCKS = 64

/**
 * Brings what a feed lacks over from one that was written here with the same blocks. A crash in between leaves both as
 * far as they got, and nothing is lost.
 */
export async function mergeInto(feed: IdentifiedFeed, written: UnfinishedFeed): Promise<void> {
  let batch: Verified[] = []
  for (let block = 0; block < written.blocks; block++) {
    if (feed.has(block)) continue
    batch.push(await readVerified(written, block))
    if (batch.length < BATCH_BLOCKS) continue
    await feed.adopt(batch)
    batch = []
  }
  if (batch.length > 0) await feed.adopt(batch)
}

async function readVerified(written: UnfinishedFeed, block: number): Promise<Verified> {
  const { blocks } = written
  const data = await written.get(block)
  const indexes = [...new Set([...ancestors(block, blocks), ...proofIndexes(block, blocks)])]
  const hashes = await written.storage.getNodes(indexes)
  const nodes = indexes.flatMap((index, i) => {
    const hash = hashes[i]
    return hash === undefined ? [] : [{ index, hash }]
  })
  const leaf = nodes[0]
  if (data === null || leaf === undefined || nodes.length < indexes.length) throw new BlockDamagedError(block)
  return { block, data, hash: leaf.hash, nodes, blocks }
}
