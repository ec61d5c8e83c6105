import type { StorageSuiteOptions } from '@anyfeed/conformance'
import type { Storage } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { BrowserLevel } from 'browser-level'

export function memoryOptions(): StorageSuiteOptions {
  return {
    name: 'memory',
    create: memoryStorage,
    supports: memoryStorage().supports,
    optional: ['findBlock', 'getBlocks']
  }
}

export function browserLevelOptions(): StorageSuiteOptions {
  const placeOf = new Map<Storage, string>()
  let places = 0
  const storageIn = (place: string) => {
    const storage = levelStorage(new BrowserLevel<Uint8Array, Uint8Array>(place))
    placeOf.set(storage, place)
    return storage
  }
  return {
    name: 'browser-level',
    optional: ['findBlock', 'getBlocks', 'expect'],
    create: () => storageIn(`place ${++places}`),
    reopen: (closed) => storageIn(placeOf.get(closed) as string),
    async teardown() {
      placeOf.clear()
      for (const { name } of await indexedDB.databases()) if (name !== undefined) indexedDB.deleteDatabase(name)
    },
    supports: levelStorage(new BrowserLevel<Uint8Array, Uint8Array>('unused')).supports
  }
}
