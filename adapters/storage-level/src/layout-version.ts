import { StorageError } from '@anyfeed/interfaces'
import type { Database } from './database.ts'
import { formatKey } from './keys.ts'

const VERSION = 1

/** Rejects with a {@link StorageError}, and changes nothing, where another version of this package keeps its feeds. */
export async function checkVersion(db: Database): Promise<void> {
  const version = await db.get(formatKey())
  if (version === undefined) {
    await db.batch([{ type: 'put', key: formatKey(), value: Uint8Array.of(VERSION) }])
  } else if (version.length !== 1 || version[0] !== VERSION) {
    throw new StorageError(`the database has feeds in layout version ${version.join('.')}, not ${VERSION}`)
  }
}
