import type { Feed } from '@anyfeed/core'
import { inBlocks } from './blocks.ts'
import { Leftovers } from './leftovers.ts'
import type { Store } from './store.ts'

/** Appends that are under way: 8 MiB of blocks keep the store busy, whatever the size of the file. */
const MAX_WAITING = 128

export interface AddOptions {
  readonly signal: AbortSignal
  onBlock(blocks: number, bytes: number): void
}

/**
 * Stores a stream of bytes as a feed, reading no faster than the store writes. Resolves with the feed, finalized and
 * open: a peer may be on it by now, and would be lost if it were closed and opened again.
 *
 * When it fails or the signal fires, nothing of it stays; after a crash, the next call cleans up.
 */
export async function addFeed(
  store: Store,
  source: AsyncIterable<Uint8Array>,
  { signal, onBlock }: AddOptions
): Promise<Feed> {
  const leftovers = new Leftovers(store)
  await leftovers.discard()
  const feed = store.core.add()
  const key = feed.key as Uint8Array
  await leftovers.add(key)
  try {
    const waiting: Array<Promise<void>> = []
    let blocks = 0
    let bytes = 0
    for await (const block of inBlocks(source)) {
      signal.throwIfAborted()
      const append = feed.append(block)
      append.catch(() => {})
      blocks++
      bytes += block.length
      if (waiting.push(append) >= MAX_WAITING) await waiting.shift()
      onBlock(blocks, bytes)
    }
    await Promise.all(waiting)
    signal.throwIfAborted()
    await feed.finalize()
    await leftovers.delete(key)
    return feed
  } catch (error) {
    // Where that fails too (the disk is full), the next start does it.
    await store.core.discard(key).then(
      () => leftovers.delete(key),
      () => {}
    )
    await feed.close()
    throw error
  }
}
