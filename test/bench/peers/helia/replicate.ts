import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { cids, dial, getBlock, openNode, serveBlocks } from './node.ts'

/** Blocks that are asked for at once. */
const AT_ONCE = 64

/** Gets all blocks by bitswap. */
export const replicate: Peer = {
  differs: `memory, encrypted (libp2p, noise); verifies every block with SHA-256; is told all CIDs beforehand, asks for ${AT_ONCE} at a time`,
  serve: serveBlocks,

  async run(size, served) {
    const node = await openNode()
    const ids = await cids(size)
    const got: Uint8Array[] = []
    const seconds = stopwatch()
    for (const holder of served) await dial(node, holder)
    let next = 0
    const worker = async () => {
      for (let index = next++; index < ids.length; index = next++)
        got[index] = await getBlock(node, ids[index] as never)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    const elapsed = seconds()
    verifyStream(blocks(size), got)
    return elapsed
  }
}
