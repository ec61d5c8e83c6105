import type { Database, Operation } from './database.ts'
import { type ByteKey, blockKey, byteKey, keyName, referenceKey, referencesTo } from './keys.ts'
import type { Leaf } from './node-packs.ts'

/** How many hashes are looked up at once: enough to keep a database's threads busy. */
const AT_ONCE = 32
const NONE: ReadonlySet<ByteKey> = new Set()

export interface Release {
  readonly operations: Operation[]
  /** How many blocks' bytes are deleted. */
  readonly freed: number
}

/**
 * The operations that end a feed's hold on blocks, and delete those that nobody holds then. Blocks that the feed does
 * not hold are ignored. Nobody else may add or take references until the operations are written.
 *
 * @param added hashes that the same batch adds references to: their blocks stay.
 */
export async function release(
  db: Database,
  feed: Uint8Array,
  leaves: readonly Leaf[],
  added: ReadonlySet<ByteKey> = NONE
): Promise<Release> {
  const groups = new Map<ByteKey, { hash: Uint8Array; references: Uint8Array[] }>()
  for (const { block, hash } of leaves) {
    const name = byteKey(hash)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { hash, references: [referenceKey(hash, feed, block)] })
    else group.references.push(referenceKey(hash, feed, block))
  }
  const operations: Operation[] = []
  let freed = 0
  const waiting = [...groups]
  while (waiting.length > 0) {
    const orphans = waiting.splice(0, AT_ONCE).map(async ([name, { hash, references }]) => {
      for (const key of references) operations.push({ type: 'del', key })
      if (added.has(name) || !(await isOrphaned(db, hash, references))) return
      operations.push({ type: 'del', key: blockKey(hash) })
      freed++
    })
    await Promise.all(orphans)
  }
  return { operations, freed }
}

/** Whether a block is here and these are all the references to it. One more key than those is enough to know. */
async function isOrphaned(db: Database, hash: Uint8Array, references: readonly Uint8Array[]): Promise<boolean> {
  const found = await db.keys(referencesTo(hash), references.length + 1)
  const removed = new Set(references.map(keyName))
  return found.length > 0 && found.every((key) => removed.has(keyName(key)))
}
