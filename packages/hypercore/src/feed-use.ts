import type { Core, Feed as CoreFeed } from '@anyfeed/core'
import type { FeedStorage } from '@anyfeed/interfaces'
import type { BlockStoreOption } from './block-store.ts'
import { emitTo } from './callbacks.ts'
import { CustomBlocks, openBlocks, withBlocks } from './custom-blocks.ts'
import { Feed, type FeedLife, type FeedOptions } from './feed.ts'
import { Buffer } from './platform.ts'
import { WholeDownload } from './whole-download.ts'

/** What the uses of a core's feeds have in common: see `FeedsInUse`. */
export interface FeedRegister {
  /** Resolves when those who used this feed up to now have left it altogether; `undefined` when there are none. */
  leaving(id: Buffer): Promise<void> | undefined
  /** Gives the feed its id in the core; `null` for one without blocks. One at a time. */
  finalize(use: FeedUse): Promise<Uint8Array | null>
  identified(use: FeedUse): void
  release(use: FeedUse): Promise<void>
}

export interface FeedUseOptions extends FeedOptions {
  /** `null` for a new feed. */
  readonly id: Buffer | null
  /** Where blocks are kept, unless the feed's own options say so. */
  readonly defaultStorage: BlockStoreOption | null | undefined
}

/** One `Feed` object from its making until nobody uses it any more, with its handle on the core's feed. */
export class FeedUse implements FeedLife {
  readonly feed: Feed
  readonly handle: CoreFeed
  /** Where the blocks are kept, if not in the database. */
  readonly blocks: CustomBlocks | undefined
  /** How many hold the object. A feed that only streams have used has none: it stays in use all the same. */
  holders = 0
  /** Settles when it has ended; `undefined` while it is in use. */
  ending: Promise<void> | undefined
  #id: Buffer | null
  readonly #register: FeedRegister
  readonly #download: WholeDownload
  readonly #before: Promise<void> | undefined
  #finalizing: Promise<void> | undefined

  /** Throws a `ClosedError` after the core was closed. */
  constructor(core: Core, register: FeedRegister, { id, defaultStorage, ...options }: FeedUseOptions) {
    const storage = options.storage ?? defaultStorage ?? undefined
    const wrapStorage = (stored: FeedStorage) => this.#wrap(stored)
    this.#id = id
    this.#register = register
    this.#before = id === null ? undefined : register.leaving(id)
    this.blocks = storage === undefined ? undefined : new CustomBlocks(storage, () => this.feed)
    this.handle = id === null ? core.add({ wrapStorage }) : core.get(id, { wrapStorage })
    this.feed = new Feed(this.handle, this, options)
    this.#download = new WholeDownload(this.handle)
    this.fetch()
  }

  get id(): Buffer | null {
    return this.#id
  }

  get sealed(): boolean {
    return this.#id !== null || this.#finalizing !== undefined
  }

  fetch(): void {
    this.#download?.start()
  }

  finalize(ready: () => Promise<void>): Promise<void> {
    if (this.#id !== null) return Promise.resolve()
    this.#finalizing ??= this.#finalize(ready).finally(() => {
      this.#finalizing = undefined
    })
    return this.#finalizing
  }

  release(): Promise<void> {
    return this.#register.release(this)
  }

  /** Called by the register when nobody uses it any more. Leaves the core's feed at once, unless it is being finalized. */
  async end(): Promise<void> {
    if (this.#finalizing !== undefined) await this.#finalizing.catch(() => {})
    await this.handle.close()
  }

  async #finalize(ready: () => Promise<void>): Promise<void> {
    await ready()
    await this.blocks?.finalize()
    const id = await this.#register.finalize(this)
    if (id === null) return
    this.#id = Buffer.from(id)
    this.#register.identified(this)
    emitTo(this.feed, 'finalize')
  }

  async #wrap(storage: FeedStorage): Promise<FeedStorage> {
    await this.#before
    if (this.blocks === undefined) return storage
    await openBlocks(storage, this.blocks)
    return withBlocks(storage, this.blocks)
  }
}
