import { BlockDamagedError } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import type { StoredFeed } from './stored-feed.ts'

// Reads a feed's blocks from its store, and gives back none that is not what it should be.

/** So many blocks are read at a time from a store that reads them one by one: each may be as long as a block may be. */
const AT_ONCE = 4

/** A block as the store gave it back. */
interface FoundBlock {
  readonly block: number
  readonly data: Uint8Array | undefined
}

/** A block that is here. Rejects with a `BlockDamagedError`, and drops the block, when the store has another. */
export async function readBlock(
  feed: StoredFeed,
  block: number,
  options?: { readonly shared: boolean }
): Promise<Uint8Array> {
  const data = await feed.storage.getBlock(block, options)
  if (data !== undefined && (!feed.rehash || (await areSound(feed, [{ block, data }]))[0])) return data
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
  const found: FoundBlock[] = []
  for (const [i, data] of blocks.entries()) {
    if (feed.has(start + i)) found.push({ block: start + i, data })
    else blocks[i] = undefined
  }
  const sound = feed.rehash ? await areSound(feed, found) : found.map(({ data }) => data !== undefined)
  for (const [i, { block }] of found.entries()) {
    if (sound[i]) continue
    blocks[block - start] = undefined
    await feed.dropDamaged(block)
    feed.emit('error', new BlockDamagedError(block))
  }
  return blocks
}

async function readNeighbours(
  { storage, have }: StoredFeed,
  start: number,
  end: number,
  bytes: number
): Promise<Array<Uint8Array | undefined>> {
  const options = { shared: true, bytes }
  if (storage.getBlocks !== undefined) return storage.getBlocks(start, end, options)
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

/** Whether blocks are what the tree says that they are. */
async function areSound({ tree, hash }: StoredFeed, blocks: readonly FoundBlock[]): Promise<boolean[]> {
  const leaves = await tree.load(blocks.map(({ block }) => 2 * block))
  return blocks.map(({ block, data }) => {
    const leaf = leaves.get(2 * block)
    return data !== undefined && leaf !== undefined && equalBytes(leaf, hash.leaf(data))
  })
}
