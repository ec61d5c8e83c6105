/// <reference types="node" />
import { createHash } from 'node:crypto'
import {
  type FeedRecord,
  type FeedStorage,
  HAVE_PAGE_BLOCKS,
  type HavePage,
  type Storage,
  type StoredBlock,
  type TreeNode
} from '@anyfeed/interfaces'

/** 32 bytes that are told apart by a label. */
export function bytes32(label: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(label).digest())
}

export function block(index: number, content: string | Uint8Array): StoredBlock {
  const data = new Uint8Array(typeof content === 'string' ? Buffer.from(content) : content)
  const hash = new Uint8Array(createHash('sha256').update(Uint8Array.of(0)).update(data).digest())
  return { index, hash, data }
}

export function leaf({ index, hash }: StoredBlock): TreeNode {
  return { index: 2 * index, hash }
}

export function node(index: number, label = `node ${index}`): TreeNode {
  return { index, hash: bytes32(label) }
}

export function record(name: string, rest: Partial<Omit<FeedRecord, 'key'>> = {}): FeedRecord {
  return { key: bytes32(name), id: undefined, blocks: 0, complete: false, byteLength: 0, ...rest }
}

/** A have page with the bits of these blocks of the feed. */
export function havePage(page: number, blocks: readonly number[]): HavePage {
  const bits = new Uint8Array(HAVE_PAGE_BLOCKS / 8)
  for (const index of blocks) {
    const place = index - page * HAVE_PAGE_BLOCKS
    bits[place >> 3]! |= 128 >> (place % 8)
  }
  return { page, bits }
}

/** Makes a feed of these contents, with their leaves. */
export async function makeFeed(
  storage: Storage,
  name: string,
  contents: readonly (string | Uint8Array)[],
  rest: Partial<FeedRecord> = {}
): Promise<FeedStorage> {
  const blocks = contents.map((content, index) => block(index, content))
  const byteLength = blocks.reduce((sum, { data }) => sum + data.length, 0)
  const feed = storage.createFeed(bytes32(name))
  await feed.commit({
    record: record(name, { blocks: blocks.length, complete: true, byteLength, ...rest }),
    nodes: blocks.map(leaf),
    blocks
  })
  return feed
}

export async function textOf(feed: FeedStorage, index: number): Promise<string | undefined> {
  const data = await feed.getBlock(index)
  return data && Buffer.from(data).toString()
}

export async function recordsOf(storage: Storage): Promise<FeedRecord[]> {
  const records: FeedRecord[] = []
  for await (const entry of storage.feeds()) records.push(entry)
  return records.sort((a, b) => Buffer.compare(a.key, b.key))
}
