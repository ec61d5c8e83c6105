import type * as files from 'node:fs/promises'
import {
  ClosedError,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  type HavePage,
  StorageError
} from '@anyfeed/interfaces'
import { applyEntry, encodeEntry, havePages, hex, LogState } from './feed-log.ts'

/** What is used of `node:fs/promises`: a test gives one that fails. */
export type Files = Pick<typeof files, 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rm' | 'truncate' | 'writeFile'>

/** What all feeds of a store share. */
export interface Shared {
  readonly files: Files
  /** The feed that has an id, or is about to get it. */
  readonly ids: Map<string, FileFeed>
}

/** A feed in a log file of its own. */
export class FileFeed implements FeedStorage {
  readonly #path: string
  readonly #key: string
  readonly #shared: Shared
  readonly #state: LogState
  #size: number
  #closed = false
  /** Whether the end of the file may be what is left of a commit that failed. */
  #torn = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string, key: Uint8Array, shared: Shared, state = new LogState(), size = 0) {
    this.#path = path
    this.#key = hex(key)
    this.#shared = shared
    this.#state = state
    this.#size = size
  }

  get path(): string {
    return this.#path
  }

  get record(): FeedRecord | undefined {
    const { record } = this.#state
    return record && { ...record, key: new Uint8Array(record.key), id: record.id && new Uint8Array(record.id) }
  }

  /** Commits wait for each other, so they take effect in the order of the calls. */
  async commit(change: FeedChange, { durability = 'process' }: { durability?: string } = {}): Promise<void> {
    this.#assertOpen()
    // What was written is in the hands of the system: it outlives this process, and nothing more is promised.
    if (!['memory', 'process'].includes(durability)) throw new RangeError(`it cannot survive the ${durability}`)
    assertIndexes(change)
    const done = this.#last.then(() => this.#append(change))
    this.#last = done.catch(() => {})
    return done
  }

  async getBlock(index: number): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    const place = this.#state.blocks.get(index)
    if (place === undefined) return undefined
    const data = new Uint8Array(place.length)
    await this.#file('r', async (file) => {
      const { bytesRead } = await file.read(data, 0, place.length, place.start)
      if (bytesRead < place.length) throw new Error(`the file ends before block ${index}`)
    })
    return data
  }

  async getNodes(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    this.#assertOpen()
    return indexes.map((index) => {
      const hash = this.#state.nodes.get(index)
      return hash && new Uint8Array(hash)
    })
  }

  async getHave(): Promise<HavePage[]> {
    this.#assertOpen()
    return havePages(this.#state)
  }

  /** Refuses what comes from now on; resolves when the commits under way are done. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#last
  }

  async #append(change: FeedChange): Promise<void> {
    const { record } = change
    if (record === undefined && this.#state.record === undefined) throw new TypeError('the first commit needs a record')
    if (record !== undefined && hex(record.key) !== this.#key) throw new TypeError('the record is of another feed')
    const { ids } = this.#shared
    const [before, id] = [this.#state.record?.id, record?.id].map((id) => id && hex(id))
    const holder = id === undefined ? undefined : ids.get(id)
    if (holder !== undefined && holder !== this) throw new StorageError('another feed has this id')
    // From here on nobody else gets it.
    if (id !== undefined) ids.set(id, this)
    const entry = encodeEntry(change)
    try {
      await this.#write(entry)
    } catch (error) {
      if (id !== undefined && id !== before) ids.delete(id)
      throw error
    }
    applyEntry(entry, this.#size, this.#state)
    this.#size += entry.byteLength
    if (record !== undefined && before !== undefined && before !== id) ids.delete(before)
  }

  async #write(entry: Uint8Array): Promise<void> {
    if (this.#torn) await this.#shared.files.truncate(this.#path, this.#size).catch(failed)
    this.#torn = true
    await this.#file(this.#size === 0 ? 'w' : 'r+', async (file) => {
      for (let done = 0; done < entry.byteLength; ) {
        done += (await file.write(entry, done, entry.byteLength - done, this.#size + done)).bytesWritten
      }
    })
    this.#torn = false
  }

  async #file(flags: string, use: (file: files.FileHandle) => Promise<void>): Promise<void> {
    try {
      const file = await this.#shared.files.open(this.#path, flags)
      try {
        await use(file)
      } finally {
        await file.close()
      }
    } catch (error) {
      failed(error)
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('the store was closed, or the feed deleted')
  }
}

/** A failure of the medium is a StorageError: nobody may take it for something that is missing. */
export function failed(cause: unknown): never {
  throw new StorageError('the files cannot be read or written', { cause })
}

function assertIndexes({ nodes = [], blocks = [] }: FeedChange): void {
  for (const index of [...nodes.map(({ index }) => index), ...blocks.map(({ index }) => 2 * index)]) {
    if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`${index} is no index`)
  }
  for (const { hash } of [...nodes, ...blocks]) {
    if (hash.byteLength !== 32) throw new RangeError(`a hash has 32 bytes, not ${hash.byteLength}`)
  }
}
