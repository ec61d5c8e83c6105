import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Core, createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { ClassicLevel } from 'classic-level'
import envPaths from 'env-paths'
import { fileError } from './explain-error.ts'

/** An open store: a directory with the feeds, which one process has at a time. */
export interface Store extends AsyncDisposable {
  readonly core: Core
  readonly directory: string
}

/** Where feeds are kept unless told: the platform's place for a user's data. */
export function defaultStore(): string {
  return envPaths('anyfeed', { suffix: '' }).data
}

/** Where `anyfeed node` keeps its key unless told: beside the feeds, so that both can be in use. */
export function nodeStore(): string {
  return join(defaultStore(), 'node')
}

/** Whether there is a store in the directory. */
export function storeExists(directory: string): boolean {
  return existsSync(databaseOf(directory))
}

/** Opens the store, and makes it if need be. */
export async function openStore(directory: string): Promise<Store> {
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw fileError('create the store', directory, error)
  })
  // Larger files than LevelDB's own 2 MiB: a block is 64 KiB, and hundreds of them come at a time.
  const db = new ClassicLevel<Uint8Array, Uint8Array>(databaseOf(directory), {
    writeBufferSize: 32 * 1024 * 1024,
    maxFileSize: 32 * 1024 * 1024
  })
  const core = createCore({ storage: levelStorage(db) })
  try {
    await core.open()
  } catch (error) {
    await core.close().catch(() => {})
    throw error
  }
  return { core, directory, [Symbol.asyncDispose]: () => core.close() }
}

function databaseOf(directory: string): string {
  return join(directory, 'feeds')
}
