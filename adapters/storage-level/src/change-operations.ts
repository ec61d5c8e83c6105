import { type FeedChange, HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import type { Operation } from './database.ts'
import { havePageKey, idKey, recordKey } from './keys.ts'
import { encodeRecord } from './record-codec.ts'

/** What a change puts besides tree nodes and blocks: record, id and have pages. */
export function changeOperations(feed: Uint8Array, { record, have = [] }: FeedChange): Operation[] {
  const operations: Operation[] = []
  if (record !== undefined) {
    operations.push({ type: 'put', key: recordKey(feed), value: encodeRecord(record) })
    if (record.id !== undefined) operations.push({ type: 'put', key: idKey(record.id), value: feed })
  }
  for (const { page, bits } of have) {
    if (bits.byteLength !== HAVE_PAGE_BLOCKS / 8) throw new RangeError(`a have page has not ${bits.byteLength} bytes`)
    const key = havePageKey(feed, page)
    operations.push(bits.some((byte) => byte !== 0) ? { type: 'put', key, value: bits } : { type: 'del', key })
  }
  return operations
}
