import type { Core } from '@anyfeed/core'
import type { FeedStorage } from '@anyfeed/interfaces'
import type { BlockStoreOption } from './block-store.ts'
import { emitTo } from './callbacks.ts'
import { type CustomBlocks, withBlocks } from './custom-blocks.ts'
import type { FeedOptions } from './feed.ts'
import { type FeedRegister, FeedUse } from './feed-use.ts'
import { Buffer } from './platform.ts'

/** The uses of one feed: one, or several when feeds were written that turned out to be the same. */
interface Uses {
  readonly list: FeedUse[]
  /** Block stores to close with the last use. */
  readonly stores: CustomBlocks[]
}

export interface FeedsInUseEvents {
  onInterested(id: Buffer): void
  onUninterested(id: Buffer): void
}

/** Which feeds are in use, and by whom. */
export class FeedsInUse implements FeedRegister {
  readonly #core: () => Core
  readonly #storage: BlockStoreOption | null | undefined
  readonly #events: FeedsInUseEvents
  readonly #byId = new Map<string, Uses>()
  readonly #unfinished = new Set<FeedUse>()
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #endings = new Set<Promise<void>>()
  #finalizing: FeedUse | undefined
  #lastFinalize: Promise<unknown> = Promise.resolve()

  /** `storage` is where blocks are kept unless a feed's own options say so. */
  constructor(core: () => Core, storage: BlockStoreOption | null | undefined, events: FeedsInUseEvents) {
    this.#core = core
    this.#storage = storage
    this.#events = events
  }

  /** A new feed to write to. */
  add(options: FeedOptions): FeedUse {
    const use = new FeedUse(this.#core(), this, { ...options, id: null, defaultStorage: this.#storage })
    this.#unfinished.add(use)
    return use
  }

  /** The feed with this id; always the same object while it is in use. */
  get(id: Buffer, options: FeedOptions): FeedUse {
    const [inUse] = this.#byId.get(id.toString('hex'))?.list ?? []
    if (inUse !== undefined) return inUse
    const use = new FeedUse(this.#core(), this, { ...options, id, defaultStorage: this.#storage })
    this.identified(use)
    return use
  }

  /** All that is missing is asked for again: a new peer may have it. */
  fetch(): void {
    for (const { list } of this.#byId.values()) for (const use of list) use.fetch()
  }

  identified(use: FeedUse): void {
    const id = use.id as Buffer
    const uses = this.#byId.get(id.toString('hex'))
    this.#unfinished.delete(use)
    if (use.ending !== undefined) return
    if (uses !== undefined) return void uses.list.push(use)
    this.#byId.set(id.toString('hex'), { list: [use], stores: [] })
    this.#events.onInterested(Buffer.from(id))
  }

  leaving(id: Buffer): Promise<void> | undefined {
    return this.#leaving.get(id.toString('hex'))
  }

  finalize(use: FeedUse): Promise<Uint8Array | null> {
    const result = this.#lastFinalize.then(async () => {
      this.#finalizing = use
      try {
        return await use.handle.finalize()
      } finally {
        this.#finalizing = undefined
      }
    })
    this.#lastFinalize = result.catch(() => {})
    return result
  }

  async release(use: FeedUse): Promise<void> {
    use.holders--
    if (use.holders > 0) return
    const others = this.#usesOf(use).filter((other) => other !== use)
    const ending = this.end(use)
    // What streams have left in use goes with the last one that somebody held.
    const lingering = others.every(({ holders }) => holders <= 0) ? others : []
    await Promise.all([ending, ...lingering.map((other) => this.end(other))])
  }

  /** Ends a use, whoever holds it. */
  end(use: FeedUse): Promise<void> {
    if (use.ending !== undefined) return use.ending
    let begin!: (end: Promise<void>) => void
    const ending = new Promise<void>((resolve) => {
      begin = resolve
    })
    // Before anything is told to anyone, who may end it once more.
    use.ending = ending
    this.#endings.add(ending)
    const forget = () => this.#endings.delete(ending)
    ending.then(forget, forget)
    begin(this.#end(use))
    return ending
  }

  /** Ends a use, and deletes its feed from the database if it was not finalized. */
  async abandon(use: FeedUse): Promise<void> {
    const { key } = use.handle
    await this.end(use)
    if (key !== null && use.id === null) await this.#core().discard(key)
  }

  async endAll(): Promise<void> {
    const uses = [...this.#unfinished, ...[...this.#byId.values()].flatMap(({ list }) => list)]
    await Promise.all(uses.map((use) => this.end(use)))
    await Promise.all(this.#endings)
  }

  /**
   * The storage of a feed that was in the database and unused when the same was written once more: what was written is
   * where its blocks are.
   */
  wrapWrittenAgain(storage: FeedStorage): FeedStorage {
    const blocks = this.#finalizing?.blocks
    return blocks === undefined ? storage : withBlocks(storage, blocks)
  }

  async #end(use: FeedUse): Promise<void> {
    const hex = use.id?.toString('hex')
    const stores = this.#remove(use)
    const left = use.end().then(() => Promise.all(stores.map((store) => store.close())))
    if (hex !== undefined) this.#remember(hex, left)
    try {
      await left
    } finally {
      emitTo(use.feed, 'close')
    }
  }

  /** Who opens the feed anew waits until its storage was left. */
  #remember(hex: string, left: Promise<unknown>): void {
    const leaving = Promise.allSettled([left, this.#leaving.get(hex)]).then(() => {
      if (this.#leaving.get(hex) === leaving) this.#leaving.delete(hex)
    })
    this.#leaving.set(hex, leaving)
  }

  #usesOf(use: FeedUse): readonly FeedUse[] {
    return use.id === null ? [] : (this.#byId.get(use.id.toString('hex'))?.list ?? [])
  }

  /** Returns the block stores that nobody uses any more. */
  #remove(use: FeedUse): CustomBlocks[] {
    this.#unfinished.delete(use)
    const stores = use.blocks === undefined ? [] : [use.blocks]
    const uses = use.id === null ? undefined : this.#byId.get(use.id.toString('hex'))
    if (uses === undefined) return stores
    uses.list.splice(uses.list.indexOf(use), 1)
    uses.stores.push(...stores)
    if (uses.list.length > 0) return []
    const id = use.id as Buffer
    this.#byId.delete(id.toString('hex'))
    this.#events.onUninterested(Buffer.from(id))
    return uses.stores
  }
}
