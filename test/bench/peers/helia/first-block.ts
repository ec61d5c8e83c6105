import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer, Served } from '../../work.ts'
import { type Cid, cids, dial, getBlock, openNode, serveBlocks } from './node.ts'

/** Gets one block from a node that is connected. */
export const firstBlock: Peer = {
  differs: 'memory, encrypted (libp2p, noise); is told the CID of the block itself',
  serve: serveBlocks,

  async run(size, [served]) {
    const node = await openNode()
    const [cid] = await cids({ ...size, count: 1 })
    await dial(node, served as Served)
    const seconds = stopwatch()
    const block = await getBlock(node, cid as Cid)
    const elapsed = seconds()
    verifyStream(blocks({ ...size, count: 1 }), [block])
    return elapsed
  }
}
