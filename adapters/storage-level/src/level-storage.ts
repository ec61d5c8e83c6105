import {
  AbortedError,
  ClosedError,
  type Durability,
  type FeedRecord,
  type FeedStorage,
  type Storage,
  type StorageSupports
} from '@anyfeed/interfaces'
import { Compaction } from './compaction.ts'
import { decodeContent } from './content-codec.ts'
import { type AnyLevel, Database } from './database.ts'
import { cleanUp, hideFeed } from './deletion.ts'
import { Gate } from './gate.ts'
import { Journal } from './journal.ts'
import {
  after,
  allDeletions,
  allRecords,
  byteKey,
  contentKey,
  dataKey,
  deletingKey,
  feedOf,
  idKey,
  recordKey
} from './keys.ts'
import { checkVersion } from './layout-version.ts'
import { LevelFeed } from './level-feed.ts'
import { OpenFeeds } from './open-feeds.ts'
import { PackCache } from './pack-cache.ts'
import { decodeRecord } from './record-codec.ts'
import { SharedLock } from './shared-lock.ts'
import type { Store } from './store.ts'

export interface LevelStorageOptions {
  /**
   * The most durable kind of commit that the database can be asked for. By default it is judged by the manifest:
   * `memory` without `permanence`, `machine` for LevelDB (whose batches take `sync`), `process` for all others.
   */
  readonly durability?: Durability

  /** How many packs of tree nodes are kept in memory, of about 2 KiB each; 1,024 by default. One serves 32 blocks. */
  readonly cachedPacks?: number
}

const RECORDS_AT_ONCE = 1000

/**
 * A store over any abstract-level 3 database: classic-level on disk, browser-level in IndexedDB, memory-level, and so
 * on. It opens and closes the database, and keeps all keys in the sublevel `anyfeed`, so a database may have other
 * content as well. Equal blocks take the space of one, in however many feeds they are.
 *
 * On LevelDB a commit of durability `machine` makes all commits before it as durable (log-sync.ts has the limits). What
 * came after the last of these may be lost with the power, and not always the last of it only: LevelDB may lose the end
 * of one log and have the beginning of the next. A block can then be one whose bytes are lost, which `getBlock` rejects.
 *
 * Give the root database, not a sublevel: a sublevel neither opens its root nor has LevelDB's compaction. Throws a
 * `TypeError` for a database that cannot store binary keys (memory-level with `storeEncoding: 'utf8'`).
 *
 * @example
 * ```ts
 * const storage = levelStorage(new ClassicLevel('./feeds'))
 * await storage.open()
 * ```
 */
export function levelStorage(db: AnyLevel, options: LevelStorageOptions = {}): Storage {
  return new LevelStorage(new Database(db), options)
}

class LevelStorage implements Storage {
  readonly supports: StorageSupports
  readonly #database: Database
  readonly #db: Journal
  readonly #gate = new Gate()
  readonly #store: Store
  readonly #compaction: Compaction
  readonly #feeds = new OpenFeeds()
  readonly #opening = new Map<string, Promise<LevelFeed | undefined>>()
  #opened: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(database: Database, { durability = database.durability, cachedPacks = 1024 }: LevelStorageOptions) {
    this.#database = database
    this.#db = new Journal(database)
    this.supports = { durability, persistent: database.persistent, dedup: true, checksums: false }
    const cache = new PackCache(cachedPacks)
    this.#store = { db: this.#db, gate: this.#gate, cache, durability, contents: new SharedLock() }
    this.#compaction = new Compaction(database, this.#db)
  }

  async open(): Promise<void> {
    if (this.#gate.closed) throw new ClosedError('the store is closed')
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async *feeds({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord, void, undefined> {
    let range = allRecords()
    for (;;) {
      // Some at a time: a reader may be slow, and an open iterator keeps a database from giving space back.
      const entries = await this.#gate.run(() => this.#db.entries(range, RECORDS_AT_ONCE))
      for (const [key, value] of entries) {
        if (signal?.aborted) throw new AbortedError('listing the feeds was aborted', { cause: signal.reason })
        this.#gate.assertOpen()
        yield decodeRecord(feedOf(key), value)
      }
      if (entries.length < RECORDS_AT_ONCE) return
      range = after(range, entries.at(-1)![0])
    }
  }

  openFeed(key: Uint8Array): Promise<FeedStorage | undefined> {
    return this.#gate.run(async () => {
      const feed = await this.#find(key)
      return feed?.record === undefined || feed.deleted ? undefined : feed
    })
  }

  findFeed(id: Uint8Array): Promise<FeedStorage | undefined> {
    return this.#gate.run(async () => {
      byteKey(id)
      const key = await this.#db.get(idKey(id))
      return key && this.openFeed(key)
    })
  }

  findBlock(leaf: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#gate.run(async () => {
      byteKey(leaf)
      const content = await this.#db.get(contentKey(leaf))
      return content && this.#db.get(dataKey(decodeContent(content).number))
    })
  }

  createFeed(key: Uint8Array): FeedStorage {
    this.#gate.assertOpen()
    if (this.#feeds.get(key) !== undefined) throw new RangeError('this key has a feed already')
    const feed = new LevelFeed(key, this.#store, undefined)
    this.#feeds.add(feed)
    return feed
  }

  deleteFeed(key: Uint8Array): Promise<void> {
    return this.#gate.run(async () => {
      const feed = await this.#find(key)
      await feed?.delete(async (record) => record && hideFeed(this.#store, record))
      this.#feeds.delete(key)
      await this.#finishDeletion(key)
    })
  }

  async close(): Promise<void> {
    this.#closed ??= this.#close().catch((error: unknown) => {
      this.#closed = undefined
      throw error
    })
    return this.#closed
  }

  async #open(): Promise<void> {
    await this.#database.open()
    try {
      await checkVersion(this.#database)
      await this.#db.open()
      for (const [key, value] of await this.#db.entries(allDeletions(), Infinity)) {
        await this.#compaction.deleted(await cleanUp(this.#store, decodeRecord(feedOf(key), value)))
      }
    } catch (error) {
      // So that others can have it, and it can be opened again. The first error is the one that tells.
      await this.#database.close().catch(() => {})
      throw error
    }
    this.#gate.open()
  }

  async #close(): Promise<void> {
    await this.#opened?.catch(() => {})
    await this.#gate.close()
    // It may fail: what it is to write is in the journal, for the next open.
    await this.#db.settle().catch(() => {})
    await this.#database.close()
  }

  /** The feed, whether it was committed or not. Calls for one key share one read, so that a feed is one object. */
  async #find(key: Uint8Array): Promise<LevelFeed | undefined> {
    const name = byteKey(key)
    const open = this.#feeds.get(key)
    if (open !== undefined) return open
    let opening = this.#opening.get(name)
    if (opening === undefined) {
      opening = this.#read(new Uint8Array(key)).finally(() => this.#opening.delete(name))
      this.#opening.set(name, opening)
    }
    return opening
  }

  async #read(key: Uint8Array): Promise<LevelFeed | undefined> {
    const value = await this.#db.get(recordKey(key))
    const open = this.#feeds.get(key)
    if (open !== undefined || value === undefined) return open
    const feed = new LevelFeed(key, this.#store, decodeRecord(key, value))
    this.#feeds.add(feed)
    return feed
  }

  /** Also where an earlier call failed halfway. */
  async #finishDeletion(key: Uint8Array): Promise<void> {
    const value = await this.#db.get(deletingKey(key))
    if (value === undefined) return
    await this.#compaction.deleted(await cleanUp(this.#store, decodeRecord(new Uint8Array(key), value)))
  }
}
