import type { FeedRecord } from '@anyfeed/interfaces'
import type { Operation } from './database.ts'
import { after, bandOf, deletingKey, havePagesOf, idKey, lastNumber, packsOf, recordKey } from './keys.ts'
import { type Leaf, leavesIn } from './node-packs.ts'
import { encodeRecord } from './record-codec.ts'
import { release } from './references.ts'
import type { Store } from './store.ts'

/** Packs, and have pages, that one batch cleans up: up to 1,024 blocks. Others commit in between. */
const PACKS_AT_ONCE = 32
const PAGES_AT_ONCE = 1000

/**
 * Makes a feed invisible, in one batch: its record and id are gone, and a mark says that its blocks and nodes have yet
 * to be cleaned up. After a crash it is either as it was or deleted.
 */
export async function hideFeed({ db, references }: Store, record: FeedRecord): Promise<void> {
  const operations: Operation[] = [
    { type: 'put', key: deletingKey(record.key), value: encodeRecord(record) },
    { type: 'del', key: recordKey(record.key) }
  ]
  if (record.id !== undefined) operations.push({ type: 'del', key: idKey(record.id) })
  await references.exclusive(() => db.batch(operations))
}

/**
 * Gives back what a hidden feed held: its packs with the blocks that they have leaves of, its have pages, and at last
 * the mark. Each batch leaves the rest such that this can be begun again. Resolves to the bytes freed, about.
 */
export async function cleanUp(store: Store, record: FeedRecord): Promise<number> {
  const { db } = store
  let leaves = 0
  let freed = 0
  let packs = packsOf(record.key)
  for (;;) {
    const last = await store.references.exclusive(async () => {
      const entries = await db.entries(packs, PACKS_AT_ONCE)
      if (entries.length === 0) return undefined
      const held = entries.flatMap(([key, pack]): Leaf[] => (bandOf(key) === 0 ? leavesIn(lastNumber(key), pack) : []))
      const released = await release(db, record.key, held)
      await db.batch([...released.operations, ...entries.map(([key]) => ({ type: 'del', key }) as const)])
      leaves += held.length
      freed += released.freed
      return entries.at(-1)![0]
    })
    if (last === undefined) break
    packs = after(packs, last)
  }
  await deletePages(store, record.key)
  await db.batch([{ type: 'del', key: deletingKey(record.key) }])
  return leaves === 0 ? 0 : (record.byteLength * freed) / leaves
}

async function deletePages({ db }: Store, feed: Uint8Array): Promise<void> {
  let pages = havePagesOf(feed)
  for (;;) {
    const keys = await db.keys(pages, PAGES_AT_ONCE)
    if (keys.length === 0) return
    await db.batch(keys.map((key) => ({ type: 'del', key })))
    pages = after(pages, keys.at(-1)!)
  }
}
