import { type Quote, quote } from '../../suite/case.ts'
import { freshBlocks, share } from '../fixtures.ts'
import type { StackWorld } from '../world.ts'
import { ReferenceTree } from './reference-tree.ts'

export const protocol = (...texts: string[]): Quote[] => quote('protocol', ...texts)

/** A peer that shares a feed, and one that speaks byte by byte. */
export async function sharing(world: StackWorld, count = 6) {
  const peer = await world.peer()
  const blocks = freshBlocks(count)
  const { id, feed } = await share(peer.core, blocks)
  return { peer, blocks, id, feed, tree: new ReferenceTree(blocks) }
}

/** A peer that wants a feed which only the one has that speaks byte by byte. */
export async function wanting(world: StackWorld, count = 6, options: Parameters<StackWorld['wirePeer']>[1] = {}) {
  const peer = await world.peer()
  const tree = new ReferenceTree(freshBlocks(count))
  const feed = peer.core.get(tree.id)
  await feed.open()
  const wire = await world.wirePeer(peer, options)
  return { peer, tree, feed, wire, all: new Uint8Array(Math.ceil(count / 8)).fill(255) }
}
