import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorageSuiteOptions } from '@anyfeed/conformance'
import type { Storage } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { mediumOf } from './dying-level.ts'

/** A place for a database, of which any number may be made one after the other. */
interface Place<T> {
  readonly db: () => T
  size(db: T): number | Promise<number>
}

interface Stored<T> {
  readonly place: Place<T>
  readonly db: T
}

/** The options of the storage suite for what keeps its feeds in a database of abstract-level. */
function levelOptions<T extends MemoryLevel | ClassicLevel>(
  name: string,
  makePlace: () => Place<T>,
  teardown: () => unknown
): { readonly options: StorageSuiteOptions; place(storage: Storage): Place<T> } {
  const stores = new Map<Storage, Stored<T>>()
  const storeIn = (place: Place<T>, writes = Infinity) => {
    const db = place.db()
    mediumOf(db).writes = writes
    const storage = levelStorage(db)
    stores.set(storage, { place, db })
    return storage
  }
  const of = (storage: Storage) => stores.get(storage) as Stored<T>
  const { supports } = levelStorage(makePlace().db())
  const options: StorageSuiteOptions = {
    name,
    supports,
    optional: ['findBlock', 'getBlocks', 'expect'],
    create: () => storeIn(makePlace()),
    // What is only in memory is gone when it is closed, although the object may be opened again.
    reopen: (storage) => storeIn(supports.persistent ? of(storage).place : makePlace()),
    teardown() {
      stores.clear()
      return teardown()
    },
    crash(writes) {
      const place = makePlace()
      return { storage: storeIn(place, writes), reopen: () => storeIn(place) }
    },
    size: (storage) => of(storage).place.size(of(storage).db),
    failReads(storage) {
      const medium = mediumOf(of(storage).db)
      medium.unreadable = true
      return () => {
        medium.unreadable = false
      }
    }
  }
  return { options, place: (storage) => of(storage).place }
}

export function memoryOptions(): StorageSuiteOptions {
  return {
    name: 'memory',
    create: memoryStorage,
    reopen: memoryStorage,
    supports: { durability: 'memory', persistent: false, dedup: true, checksums: true },
    optional: ['findBlock', 'getBlocks']
  }
}

export function memoryLevelOptions(options: { storeEncoding?: 'view' } = {}): StorageSuiteOptions {
  const name = options.storeEncoding === undefined ? 'memory-level' : 'memory-level of views'
  const makePlace = (): Place<MemoryLevel> => {
    // What is in memory is gone with the database: the same one is opened again.
    let db: MemoryLevel | undefined
    return {
      db: () => {
        db ??= new MemoryLevel(options)
        return db
      },
      async size(db) {
        let bytes = 0
        const entries = db.iterator({ keyEncoding: 'view', valueEncoding: 'view' })
        for await (const [key, value] of entries) bytes += key.length + value.length
        return bytes
      }
    }
  }
  return levelOptions(name, makePlace, () => {}).options
}

export function classicLevelOptions(): StorageSuiteOptions {
  const root = mkdtempSync(join(tmpdir(), 'anyfeed-conformance-'))
  let folders = 0
  const makePlace = (): Place<ClassicLevel> & { readonly folder: string } => {
    const folder = join(root, String(folders++))
    return { folder, db: () => new ClassicLevel(folder), size: () => sizeOf(folder) }
  }
  const { options, place } = levelOptions('classic-level', makePlace, () => {
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true })
  })
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const folderOf = (storage: Storage) => (place(storage) as unknown as { folder: string }).folder
  return {
    ...options,
    rival: (storage) => levelStorage(new ClassicLevel(folderOf(storage))),
    damage: (storage, data) => damage(folderOf(storage), data)
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + (statSync(join(folder, name)).size ?? 0), 0)
}

/** Changes a bit of each copy of `data`, once LevelDB has put it where its checksums are not looked at by default. */
async function damage(folder: string, data: Uint8Array): Promise<void> {
  const db = new ClassicLevel(folder)
  await db.open()
  await db.compactRange(Uint8Array.of(0), new Uint8Array(64).fill(255), { keyEncoding: 'view' })
  await db.close()
  let found = 0
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    const at = bytes.indexOf(data)
    if (at < 0) continue
    bytes[at + 500] = (bytes[at + 500] as number) ^ 1
    writeFileSync(join(folder, name), bytes)
    found++
  }
  if (found === 0) throw new Error('the block to be damaged is nowhere')
}
