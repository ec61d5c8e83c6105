import { expectBlocks, freshBlocks, share } from '../fixtures.ts'
import { connect, type Peer, type StackWorld } from '../world.ts'

/** Fails unless an honest peer is served as ever. */
export async function expectUnharmed(world: StackWorld, peer: Peer): Promise<void> {
  const blocks = freshBlocks(3)
  const { id } = await share(peer.core, blocks)
  const other = await world.peer()
  await connect(other, peer)
  await expectBlocks(other.core.get(id), blocks)
}
