/// <reference types="node" />
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { type Place, storageBehaviour } from './storage-behaviour.ts'
import { storageProperty } from './storage-property.ts'

const stores: Array<[name: string, makePlace: () => Promise<Place>, keeps: boolean]> = [
  ['memory', async () => ({ store: memoryStorage, remove: async () => {} }), false],
  ['memory-level', async () => memoryLevelPlace({}), true],
  ['memory-level of views', async () => memoryLevelPlace({ storeEncoding: 'view' }), true],
  ['classic-level', classicLevelPlace, true]
]

for (const [name, makePlace, keeps] of stores) {
  storageBehaviour(name, makePlace, keeps)
  storageProperty(name, makePlace, keeps)
}

function memoryLevelPlace(options: { storeEncoding?: 'view' }): Place {
  const db = new MemoryLevel(options)
  return { store: () => levelStorage(db), remove: () => db.close() }
}

async function classicLevelPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'anyfeed-storage-'))
  const store = () => levelStorage(new ClassicLevel(folder))
  return { store, rival: store, remove: () => rm(folder, { recursive: true }) }
}
