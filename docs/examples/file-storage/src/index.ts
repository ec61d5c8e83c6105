import * as nodeFiles from 'node:fs/promises'
import { join } from 'node:path'
import {
  AbortedError,
  ClosedError,
  type FeedRecord,
  type FeedStorage,
  LockedError,
  type Storage,
  type StorageSupports
} from '@anyfeed/interfaces'
import { hex, LogState, replay } from './feed-log.ts'
import { FileFeed, type Files, failed } from './file-feed.ts'

/** A store that keeps each feed in a plain file of a folder, named by the feed's key. */
export function fileStorage(folder: string, files: Files = nodeFiles): Storage {
  return new FileStorage(folder, files)
}

class FileStorage implements Storage {
  readonly supports: StorageSupports = { durability: 'process', persistent: true, dedup: false, checksums: false }
  readonly #folder: string
  readonly #files: Files
  readonly #feeds = new Map<string, FileFeed>()
  readonly #ids = new Map<string, FileFeed>()
  #opening: Promise<void> | undefined
  #state: 'new' | 'open' | 'closed' = 'new'

  constructor(folder: string, files: Files) {
    this.#folder = folder
    this.#files = files
  }

  async open(): Promise<void> {
    if (this.#state === 'closed') throw new ClosedError('the store was closed')
    this.#opening ??= this.#open()
    try {
      await this.#opening
    } catch (error) {
      // It may be called again.
      this.#opening = undefined
      throw error
    }
  }

  async *feeds({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord, void, undefined> {
    this.#assertOpen()
    for (const [name, feed] of [...this.#feeds]) {
      if (signal?.aborted) throw new AbortedError('listing the feeds was aborted', { cause: signal.reason })
      this.#assertOpen()
      const { record } = feed
      if (record !== undefined && this.#feeds.get(name) === feed) yield record
    }
  }

  async openFeed(key: Uint8Array): Promise<FeedStorage | undefined> {
    this.#assertOpen()
    const feed = this.#feeds.get(nameOf(key))
    return feed?.record && feed
  }

  async findFeed(id: Uint8Array): Promise<FeedStorage | undefined> {
    this.#assertOpen()
    const name = nameOf(id)
    const feed = this.#ids.get(name)
    // It may be about to get the id, and not have it yet.
    return feed?.record?.id && hex(feed.record.id) === name ? feed : undefined
  }

  createFeed(key: Uint8Array): FeedStorage {
    this.#assertOpen()
    const name = nameOf(key)
    if (this.#feeds.has(name)) throw new RangeError('this key has a feed already')
    const feed = new FileFeed(this.#path(name), key, { files: this.#files, ids: this.#ids })
    this.#feeds.set(name, feed)
    return feed
  }

  async deleteFeed(key: Uint8Array): Promise<void> {
    this.#assertOpen()
    const name = nameOf(key)
    const feed = this.#feeds.get(name)
    if (feed === undefined) return
    await feed.close()
    await this.#files.rm(feed.path, { force: true }).catch(failed)
    if (this.#feeds.get(name) === feed) this.#feeds.delete(name)
    for (const [id, holder] of this.#ids) if (holder === feed) this.#ids.delete(id)
  }

  async close(): Promise<void> {
    const wasOpen = this.#state === 'open'
    this.#state = 'closed'
    await Promise.all([...this.#feeds.values()].map((feed) => feed.close()))
    if (wasOpen) await this.#files.rm(this.#path('lock'), { force: true }).catch(failed)
  }

  async #open(): Promise<void> {
    await this.#files.mkdir(this.#folder, { recursive: true }).catch(failed)
    await this.#lock()
    for (const file of await this.#files.readdir(this.#folder).catch(failed)) {
      const [, name] = /^([0-9a-f]{64})$/.exec(file) ?? []
      if (name !== undefined) await this.#read(name)
    }
    this.#state = 'open'
  }

  async #read(name: string): Promise<void> {
    const path = this.#path(name)
    const log = await this.#files.readFile(path).catch(failed)
    const state = new LogState()
    const end = replay(log, state)
    // Behind the last whole entry is what is left of a commit that was cut off.
    if (end < log.byteLength) await this.#files.truncate(path, end).catch(failed)
    if (state.record === undefined) return
    const feed = new FileFeed(path, state.record.key, { files: this.#files, ids: this.#ids }, state, end)
    this.#feeds.set(name, feed)
    if (state.record.id !== undefined) this.#ids.set(hex(state.record.id), feed)
  }

  /** The lock names the process that has it, so that the one of a process that died holds up nobody. */
  async #lock(): Promise<void> {
    const path = this.#path('lock')
    for (;;) {
      try {
        return await this.#files.writeFile(path, String(process.pid), { flag: 'wx' })
      } catch (cause) {
        if ((cause as { code?: string }).code !== 'EEXIST') failed(cause)
        const holder = Number(await this.#files.readFile(path, 'utf8').catch(() => Number.NaN))
        if (isAlive(holder)) throw new LockedError(`process ${holder} has ${this.#folder} open`, { cause })
        await this.#files.rm(path, { force: true }).catch(failed)
      }
    }
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }

  #assertOpen(): void {
    if (this.#state !== 'open') throw new ClosedError(`the store is ${this.#state === 'new' ? 'not open' : 'closed'}`)
  }
}

function nameOf(key: Uint8Array): string {
  if (key.byteLength !== 32) throw new RangeError(`expected 32 bytes, got ${key.byteLength}`)
  return hex(key)
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
