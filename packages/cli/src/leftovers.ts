import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from './explain-error.ts'
import type { Store } from './store.ts'

/**
 * Which unfinished feeds of a store are of this program's making: `share` notes each one before its first block, so
 * that what a crash left over can be told from the feeds of other programs on the same store. One empty file each.
 */
export class Leftovers {
  readonly #store: Store
  readonly #directory: string

  constructor(store: Store) {
    this.#store = store
    this.#directory = join(store.directory, 'adding')
  }

  /** Notes the key of a feed that is about to be written. */
  async add(key: Uint8Array): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true })
      await writeFile(this.#path(key), '')
    } catch (error) {
      throw fileError('write', this.#path(key), error)
    }
  }

  /** The feed is finished, or gone. */
  async delete(key: Uint8Array): Promise<void> {
    await rm(this.#path(key), { force: true })
  }

  /** Discards what was left over, which nobody else can need: whoever wrote it had the store, and has it no more. */
  async discard(): Promise<void> {
    const names = await readdir(this.#directory).catch(() => [])
    for (const name of names.filter((each) => /^[0-9a-f]{64}$/.test(each))) {
      await this.#store.core.discard(name)
      await rm(join(this.#directory, name), { force: true })
    }
  }

  #path(key: Uint8Array): string {
    return join(this.#directory, Buffer.from(key).toString('hex'))
  }
}
