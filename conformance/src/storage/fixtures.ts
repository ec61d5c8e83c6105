import {
  type FeedRecord,
  type FeedStorage,
  HAVE_PAGE_BLOCKS,
  type HavePage,
  type Storage,
  type StoredBlock,
  type TreeNode
} from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { rejects } from '../assert/fails.ts'
import { sha256 } from '../bytes/hash.ts'
import { compareBytes, textOf, utf8 } from '../bytes/text.ts'

/** 32 bytes that are told apart by a label. */
export function bytes32(label: string): Uint8Array {
  return sha256(utf8(label))
}

export function block(index: number, content: string | Uint8Array): StoredBlock {
  const data = typeof content === 'string' ? utf8(content) : content
  return { index, hash: sha256(Uint8Array.of(0), data), data: new Uint8Array(data) }
}

export function leaf({ index, hash }: StoredBlock): TreeNode {
  return { index: 2 * index, hash: new Uint8Array(hash) }
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
    bits[place >> 3] = (bits[place >> 3] as number) | (128 >> (place % 8))
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

/** A block as text; `undefined` when it is not here. */
export async function readText(feed: FeedStorage, index: number): Promise<string | undefined> {
  const data = await feed.getBlock(index)
  return data === undefined ? undefined : textOf(data)
}

/** All records of a store, in the order of their keys. */
export async function recordsOf(storage: Storage): Promise<FeedRecord[]> {
  const records: FeedRecord[] = []
  for await (const entry of storage.feeds()) records.push(entry)
  return records.sort((a, b) => compareBytes(a.key, b.key))
}

/** Fails unless every member of a feed rejects as one that is closed. */
export async function expectClosed(feed: FeedStorage): Promise<void> {
  await rejects(feed.commit({ nodes: [node(1)] }), 'ERR_CLOSED', 'commit')
  await rejects(feed.getBlock(0), 'ERR_CLOSED', 'getBlock')
  if (feed.getBlocks !== undefined) await rejects(feed.getBlocks(0, 1, { bytes: 1 }), 'ERR_CLOSED', 'getBlocks')
  await rejects(feed.getNodes([0]), 'ERR_CLOSED', 'getNodes')
  await rejects(feed.getHave(), 'ERR_CLOSED', 'getHave')
}

/** Fails unless the array is a plain one, whose `slice` is a copy. */
export function expectPlain(bytes: Uint8Array, what: string): void {
  equal(Object.getPrototypeOf(bytes) === Uint8Array.prototype, true, `whether ${what} is a plain Uint8Array`)
}
