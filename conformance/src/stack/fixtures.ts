import type { Core, Feed } from '@anyfeed/core'
import { equal } from '../assert/equal.ts'
import { present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { textOf } from '../bytes/text.ts'

/** What hypercore 1.x documents as the id of `hello`, `world`. */
export const HELLO_WORLD = 'e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f'

let feeds = 0

/** Blocks that no other feed has, of 0 to 96 bytes. */
export function freshBlocks(count: number): Uint8Array[] {
  const seed = ++feeds * 1000
  return Array.from({ length: count }, (_, i) => (i === 0 ? seededBytes(97, seed) : seededBytes(i % 97, seed + i)))
}

/** A finalized feed. Its handle stays open. */
export async function share(
  core: Core,
  blocks: ReadonlyArray<Uint8Array | string>
): Promise<{ id: Uint8Array; feed: Feed }> {
  const feed = core.add()
  await feed.append(blocks)
  return { id: present(await feed.finalize(), 'the id'), feed }
}

/** All blocks of a feed, or of a part of it. */
export async function readAll(feed: Feed, range?: Parameters<Feed['read']>[0]): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = []
  for await (const block of feed.read(range)) blocks.push(block)
  return blocks
}

/** A block as text; `null` past the end. */
export async function getText(feed: Feed, index: number): Promise<string | null> {
  const block = await feed.get(index)
  return block === null ? null : textOf(block)
}

/** Fails unless a feed has exactly these blocks. */
export async function expectBlocks(feed: Feed, blocks: readonly Uint8Array[]): Promise<void> {
  const read = await readAll(feed)
  equal(read.length, blocks.length, 'the number of blocks')
  for (const [index, block] of blocks.entries()) equal(read[index], block, `block ${index}`)
}
