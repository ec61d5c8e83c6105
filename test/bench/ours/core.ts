import { type Core, type CoreOptions, createCore, type Feed } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { batches } from '../content.ts'
import { temporaryLevel } from '../stores/temporary-level.ts'

export type Store = 'memory' | 'level'

/** A core, open, with a store of its own. */
export async function openCore(store: Store, options: Omit<CoreOptions, 'storage'> = {}): Promise<Core> {
  const core = createCore({ storage: store === 'level' ? levelStorage(temporaryLevel()) : memoryStorage(), ...options })
  await core.open()
  return core
}

/** Appends blocks, a MiB at a time: the next are handed over while those before are being stored. Given away. */
export async function appendAll(feed: Feed, blocks: readonly Uint8Array[], length: number): Promise<void> {
  let before: Promise<void> = Promise.resolve()
  for (const batch of batches(blocks, length)) {
    const next = feed.append(batch, { transfer: true })
    await before
    before = next
  }
  await before
}
