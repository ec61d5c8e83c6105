import { type FeedChange, HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import type { Operation } from './database.ts'
import { blockKey, byteKey, havePageKey, idKey, recordKey, referenceKey } from './keys.ts'
import { encodeRecord } from './record-codec.ts'

const NOTHING = new Uint8Array(0)

/** What a change puts besides tree nodes: record, id, blocks with references to them, and have pages. */
export function changeOperations(feed: Uint8Array, { record, blocks = [], have = [] }: FeedChange): Operation[] {
  const operations: Operation[] = []
  if (record !== undefined) {
    operations.push({ type: 'put', key: recordKey(feed), value: encodeRecord(record) })
    if (record.id !== undefined) operations.push({ type: 'put', key: idKey(record.id), value: feed })
  }
  const put = new Set<string>()
  for (const { index, hash, data } of blocks) {
    operations.push({ type: 'put', key: referenceKey(hash, feed, index), value: NOTHING })
    // Once for equal blocks. Not left out when the store has it already: to know that takes a read, and a block that
    // was damaged at rest is healed by being put again.
    const name = byteKey(hash)
    if (!put.has(name)) operations.push({ type: 'put', key: blockKey(hash), value: data })
    put.add(name)
  }
  for (const { page, bits } of have) {
    if (bits.byteLength !== HAVE_PAGE_BLOCKS / 8) throw new RangeError(`a have page has not ${bits.byteLength} bytes`)
    const key = havePageKey(feed, page)
    operations.push(bits.some((byte) => byte !== 0) ? { type: 'put', key, value: bits } : { type: 'del', key })
  }
  return operations
}
