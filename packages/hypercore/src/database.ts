import type { Storage } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'

/** Any database of abstract-level 3: classic-level, memory-level, browser-level, ... */
export type Database = Parameters<typeof levelStorage>[0]

/** The store to keep feeds in. Throws a `TypeError` for what is neither a database of abstract-level 3 nor a store. */
export function toStorage(db: Database | Storage): Storage {
  if (isStorage(db)) return db
  if (isDatabase(db)) return levelStorage(db)
  throw new TypeError(
    'hypercore(db): db is a database of abstract-level 3, such as new ClassicLevel(path), or a storage of anyfeed'
  )
}

function isStorage(db: unknown): db is Storage {
  return hasMethods(db, ['createFeed', 'findFeed', 'openFeed'])
}

function isDatabase(db: unknown): db is Database {
  // `getMany`, `keys` and a status tell it from the levelup of 2016, which answers by callbacks alone.
  return hasMethods(db, ['getMany', 'keys', 'batch', 'sublevel']) && typeof (db as Database).status === 'string'
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
