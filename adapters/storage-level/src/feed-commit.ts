import { type FeedChange, type FeedRecord, StorageError } from '@anyfeed/interfaces'
import { changeOperations } from './change-operations.ts'
import { changeContents } from './contents.ts'
import type { FeedPacks } from './feed-packs.ts'
import { byteKey, deletingKey, idKey, recordKey } from './keys.ts'
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
  const { blocks = [] } = change
  const changesId = idName(record) !== idName(before)

  const write = async (): Promise<void> => {
    if (changesId) {
      if (record.id !== undefined) await assertFree(store, record.id)
      if (before?.id !== undefined) operations.push({ type: 'del', key: idKey(before.id) })
    }
    const contents = await changeContents(store.db, blocks, packChange.held)
    operations.push(...contents.operations, ...packs.operations(packChange, contents.numbers))
    await packs.write(packChange, () => store.db.batch(operations, { sync }))
  }
  if (changesId || blocks.length + packChange.held.size > 0) await store.contents.exclusive(write)
  else await write()
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

function idName(record: FeedRecord | undefined): string | undefined {
  return record?.id && byteKey(record.id)
}
