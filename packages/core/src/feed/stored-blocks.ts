import { BlockDamagedError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import type { StoredFeed } from './stored-feed.ts'

// Reads a feed's blocks from its store, and gives back none that is not what it should be.

/** So many blocks are read at a time from a store that reads them one by one: each may be as long as a block may be. */
const AT_ONCE = 4

/** A block that is here. Rejects with a `BlockDamagedError`, and drops the block, when the store has another. */
export async function readBlock(
  feed: StoredFeed,
  block: number,
  options?: { readonly shared: boolean }
): Promise<Uint8Array> {
  const data = await feed.storage.getBlock(block, options)
  const [sound] = feed.rehash ? await soundOf(feed, block, [data]) : [data]
  if (sound) return sound
  await feed.dropDamaged(block)
  throw new BlockDamagedError(block)
}

/**
 * Neighbouring blocks from `start` on, up to `end` or as many as make about `bytes` bytes, at least one: `undefined`
 * for each that is not here. They are only to be read. Those that are damaged are dropped.
 */
export async function readRun(
  feed: StoredFeed,
  start: number,
  end: number,
  bytes: number
): Promise<Array<Uint8Array | undefined>> {
  const blocks = await readNeighbours(feed, start, end, bytes)
  const here = blocks.map((_, i) => feed.has(start + i))
  const sound = feed.rehash ? await soundOf(feed, start, blocks) : blocks
  for (const [i, isHere] of here.entries()) {
    if (!isHere) sound[i] = undefined
    else if (!sound[i]) {
      try {
        // It may have come while its neighbours were being read.
        sound[i] = await readBlock(feed, start + i, { shared: true })
      } catch (error) {
        if (!(error instanceof BlockDamagedError)) throw error
        feed.emit('error', error)
      }
    }
  }
  return sound
}

async function readNeighbours(
  { storage, have }: StoredFeed,
  start: number,
  end: number,
  bytes: number
): Promise<Array<Uint8Array | undefined>> {
  const options = { shared: true, bytes }
  if (storage.getBlocks) return storage.getBlocks(start, end, options)
  const blocks: Array<Uint8Array | undefined> = []
  for (let read = 0; read < bytes && start + blocks.length < end; ) {
    const from = start + blocks.length
    const indexes = Array.from({ length: Math.min(AT_ONCE, end - from) }, (_, i) => from + i)
    const here = indexes.map((index) => (have.has(index) ? storage.getBlock(index, options) : undefined))
    for (const data of await Promise.all(here)) {
      blocks.push(data)
      read += data?.length ?? 0
    }
  }
  return blocks
}

/** Those of neighbouring blocks from `start` on that are what the tree says that they are. */
async function soundOf(
  { tree, hash }: StoredFeed,
  start: number,
  blocks: ReadonlyArray<Uint8Array | undefined>
): Promise<Array<Uint8Array | undefined>> {
  const leaves = await tree.load(blocks.map((_, i) => 2 * (start + i)))
  return blocks.map((data, i) => {
    const leaf = leaves.get(2 * (start + i))
    return data && leaf && equalBytes(leaf, hash.leaf(data)) ? data : undefined
  })
}
