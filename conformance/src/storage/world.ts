import type { Storage } from '@anyfeed/interfaces'
import type { Noticing } from '../suite/noticing.ts'
import type { StorageSuiteOptions } from './options.ts'

/** What a storage case is run in: an open store, in a place of its own. */
export class StorageWorld {
  readonly options: StorageSuiteOptions
  readonly notice: Noticing
  /** Whether what was committed is there for the next store. */
  readonly persistent: boolean
  readonly #opened: Storage[] = []
  #storage: Storage | undefined

  constructor(options: StorageSuiteOptions, notice: Noticing) {
    this.options = options
    this.notice = notice
    this.persistent = options.supports.persistent
  }

  get storage(): Storage {
    if (this.#storage === undefined) throw new Error('the world was not entered')
    return this.#storage
  }

  async enter(): Promise<void> {
    this.#storage = await this.create()
    await this.#storage.open()
  }

  /** Another store, not opened yet, which is closed at the end. */
  async create(): Promise<Storage> {
    return this.keep(await this.options.create())
  }

  /** Closes the store, and opens another one over its place. */
  async reopen(): Promise<void> {
    const closed = this.storage
    await closed.close()
    this.#storage = await this.next(closed)
    await this.#storage.open()
  }

  /** A store over the place of a closed one, not opened yet. */
  async next(closed: Storage): Promise<Storage> {
    if (this.options.reopen === undefined) throw new Error('the suite was given no reopen')
    return this.keep(await this.options.reopen(closed))
  }

  /** Has a store closed at the end. */
  keep(storage: Storage): Storage {
    this.#opened.push(storage)
    return storage
  }

  async leave(): Promise<void> {
    try {
      for (const storage of this.#opened) await storage.close()
    } finally {
      await this.options.teardown?.()
    }
  }
}
