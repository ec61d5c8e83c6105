import type { StoredBlock } from '@anyfeed/interfaces'
import { ContentCounts } from './content-counts.ts'
import type { Operation } from './database.ts'
import type { Journal } from './journal.ts'
import { type ByteKey, byteKey, dataKey } from './keys.ts'
import type { Held } from './node-packs.ts'

export interface ContentChange {
  readonly operations: Operation[]
  /** The numbers of the blocks that were added, by index, and 0 for those that are not here any more. */
  readonly numbers: ReadonlyMap<number, number>
}

/**
 * What a change puts and deletes for blocks. The lock of the contents must be had until it is written.
 *
 * @param held blocks that are here. Those that are not added again are given up.
 */
export async function changeContents(
  db: Journal,
  blocks: readonly StoredBlock[],
  held: ReadonlyMap<number, Held>
): Promise<ContentChange> {
  const numbers = new Map<number, number>()
  if (blocks.length + held.size === 0) return { operations: [], numbers }
  const hashes = [...blocks.map(({ hash }) => hash), ...[...held.values()].map(({ hash }) => hash)]
  const counts = await ContentCounts.read(db, hashes)
  const data = new Map<ByteKey, StoredBlock>()
  for (const { block, hash } of held.values()) {
    counts.remove(hash)
    numbers.set(block, 0)
  }
  for (const block of blocks) {
    data.set(byteKey(block.hash), block)
    numbers.set(block.index, counts.add(block.hash))
  }
  const operations = await dataOperations(db, counts, [...data.values()])
  return { operations: [...operations, ...counts.operations().operations], numbers }
}

/**
 * The bytes that are to be written. What the store has already is read and compared: that costs less than to write it
 * again in the midst of others, and damage at rest is healed all the same, also where another feed holds the block.
 */
async function dataOperations(db: Journal, counts: ContentCounts, blocks: StoredBlock[]): Promise<Operation[]> {
  const old = blocks.filter(({ hash }) => counts.stored(hash) !== undefined)
  const keys = old.map(({ hash }) => dataKey(counts.stored(hash)!))
  // What cannot be read is damaged.
  const values = keys.length === 0 ? [] : await db.getMany(keys).catch((): undefined[] => [])
  const whole = new Set<StoredBlock>()
  old.forEach((block, place) => {
    if (isEqual(values[place], block.data)) whole.add(block)
  })
  return blocks
    .filter((block) => !whole.has(block))
    .map(({ hash, data }): Operation => ({ type: 'put', key: dataKey(counts.number(hash)), value: data }))
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a?.length !== b.length) return false
  // A loop: `every` takes several times as long.
  for (let place = 0; place < b.length; place++) if (a[place] !== b[place]) return false
  return true
}
