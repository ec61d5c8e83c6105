import { type FeedChange, type FeedRecord, StorageError } from '@anyfeed/interfaces'
import { changeOperations } from './change-operations.ts'
import type { FeedPacks } from './feed-packs.ts'
import { byteKey, deletingKey, idKey, recordKey } from './keys.ts'
import type { Leaf } from './node-packs.ts'
import { release } from './references.ts'
import type { Store } from './store.ts'

/** A feed as a commit finds it. */
export interface Committing {
  readonly key: Uint8Array
  readonly store: Store
  readonly packs: FeedPacks
  readonly before: FeedRecord | undefined
}

/**
 * Writes a change in one batch, and resolves to the feed's record then. One at a time for each feed.
 *
 * Throws a `TypeError` or `RangeError` for a change that is none, and a {@link StorageError} where the id is taken or
 * the database fails; then nothing has changed.
 */
export async function commitChange(feed: Committing, change: FeedChange, sync: boolean): Promise<FeedRecord> {
  const { key, store, packs, before } = feed
  const record = change.record ?? before
  if (record === undefined) throw new TypeError('the first commit needs a record')
  if (byteKey(record.key) !== byteKey(key)) throw new TypeError('the record has the key of another feed')
  if (before === undefined) await assertNew(feed)

  const operations = changeOperations(key, change)
  const packChange = await packs.prepare(change)
  operations.push(...packChange.operations)
  const gone = [...packChange.replaced, ...(await leavesOf(packs, change.dropped ?? []))]
  const changesId = idName(record) !== idName(before)

  const write = async (): Promise<void> => {
    if (changesId) {
      if (record.id !== undefined) await assertFree(store, record.id)
      if (before?.id !== undefined) operations.push({ type: 'del', key: idKey(before.id) })
    }
    if (gone.length > 0) {
      const added = new Set(change.blocks?.map(({ hash }) => byteKey(hash)))
      operations.push(...(await release(store.db, key, gone, added)).operations)
    }
    await packs.write(packChange, () => store.db.batch(operations, { sync }))
  }
  if (changesId || gone.length > 0) await store.references.exclusive(write)
  else await store.references.shared(write)
  return record
}

/** A key used twice would mix two feeds, or lose one to a deletion that is still under way. */
async function assertNew({ key, store }: Committing): Promise<void> {
  const found = await store.db.getMany([recordKey(key), deletingKey(key)])
  if (found.some((value) => value !== undefined)) throw new StorageError('this key has had a feed already')
}

async function assertFree({ db }: Store, id: Uint8Array): Promise<void> {
  if ((await db.get(idKey(id))) !== undefined) throw new StorageError('another feed has this id')
}

async function leavesOf(packs: FeedPacks, blocks: readonly number[]): Promise<Leaf[]> {
  if (blocks.length === 0) return []
  const hashes = await packs.read(blocks.map((block) => 2 * block))
  return blocks.flatMap((block, place) => {
    const hash = hashes[place]
    return hash === undefined ? [] : [{ block, hash }]
  })
}

function idName(record: FeedRecord | undefined): string | undefined {
  return record?.id && byteKey(record.id)
}
