import type { FeedRecord } from '@anyfeed/interfaces'
import { ContentCounts } from './content-counts.ts'
import type { Operation } from './database.ts'
import {
  after,
  bandOf,
  deletingKey,
  havePagesOf,
  idKey,
  type KeyRange,
  lastNumber,
  packsOf,
  recordKey
} from './keys.ts'
import { heldIn } from './node-packs.ts'
import { encodeRecord } from './record-codec.ts'
import type { Store } from './store.ts'

/** Packs, and have pages, that one batch cleans up: up to 1,024 blocks. Others commit in between. */
const PACKS_AT_ONCE = 32
const PAGES_AT_ONCE = 1000

/** What a deletion has left behind on the medium. */
export interface Deleted {
  readonly feed: Uint8Array
  readonly blocks: number
  /** The bytes of the blocks that nobody holds any more, about. */
  readonly bytes: number
  /** Their numbers: from `first` up to, but without, `end`. */
  readonly first: number
  readonly end: number
}

/**
 * Makes a feed invisible, in one batch: its record and id are gone, and a mark says that its blocks and nodes have yet
 * to be cleaned up. After a crash it is either as it was or deleted.
 */
export async function hideFeed({ db, contents }: Store, record: FeedRecord): Promise<void> {
  const operations: Operation[] = [
    { type: 'put', key: deletingKey(record.key), value: encodeRecord(record) },
    { type: 'del', key: recordKey(record.key) }
  ]
  if (record.id !== undefined) operations.push({ type: 'del', key: idKey(record.id) })
  await contents.exclusive(() => db.batch(operations))
}

/**
 * Gives back what a hidden feed held: its packs with the blocks in them, its have pages, and at last the mark. Each batch leaves
 * the rest such that this can be begun again.
 */
export async function cleanUp(store: Store, { key: feed, byteLength }: FeedRecord): Promise<Deleted> {
  let blocks = 0
  let freed = 0
  let first = Number.POSITIVE_INFINITY
  let end = 0
  await sweep(store, packsOf(feed), PACKS_AT_ONCE, async (packs) => {
    const held = packs.flatMap(([key, bytes]) => heldIn(bytes, { band: bandOf(key), pack: lastNumber(key) }))
    const hashes = held.map(({ hash }) => hash)
    const counts = await ContentCounts.read(store.db, hashes)
    for (const hash of hashes) counts.remove(hash)
    const released = counts.operations()
    blocks += held.length
    freed += released.freed.length
    for (const number of released.freed) {
      first = Math.min(first, number)
      end = Math.max(end, number + 1)
    }
    return released.operations
  })
  await sweep(store, havePagesOf(feed), PAGES_AT_ONCE, async () => [])
  await store.db.batchInPlace([{ type: 'del', key: deletingKey(feed) }])
  return { feed, blocks, bytes: blocks === 0 ? 0 : (byteLength * freed) / blocks, first, end }
}

/** Deletes a range in batches, each with the operations that `release` gives for its entries. */
async function sweep(
  { db, contents }: Store,
  all: KeyRange,
  atOnce: number,
  release: (entries: Array<[Uint8Array, Uint8Array]>) => Promise<Operation[]>
): Promise<void> {
  let range: KeyRange | undefined = all
  while (range !== undefined) {
    const rest: KeyRange = range
    range = await contents.exclusive(async () => {
      const entries = await db.entries(rest, atOnce)
      if (entries.length === 0) return undefined
      const operations = await release(entries)
      for (const [key] of entries) operations.push({ type: 'del', key })
      await db.batchInPlace(operations)
      return entries.length < atOnce ? undefined : after(rest, entries.at(-1)![0])
    })
  }
}
