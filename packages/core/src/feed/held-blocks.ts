import {
  type Durability,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  HAVE_PAGE_BLOCKS
} from '@anyfeed/interfaces'
import { PagedBitfield } from '../bitfield/paged-bitfield.ts'

/** The feed whose blocks are held. */
export interface HoldingFeed {
  /** The feed's length, 0 while it is not known. */
  readonly blocks: number
  /** The feed's record with what is here. */
  recordWith(here: Pick<FeedRecord, 'complete' | 'byteLength'>): FeedRecord
  /** These blocks are here now, or are not any more. */
  onHeld(blocks: readonly number[]): void
}

/** Which blocks of a feed are here, and each change of that: first in the store, one after the other. */
export class HeldBlocks {
  readonly #feed: HoldingFeed
  readonly #durability: Durability
  #storage: FeedStorage | undefined
  #count = 0
  #byteLength = 0
  // A feed that is here as a whole does without until somebody asks: many may be open and idle.
  #have: PagedBitfield | undefined
  #last: Promise<unknown> | undefined

  constructor(feed: HoldingFeed, durability: Durability) {
    this.#feed = feed
    this.#durability = durability
  }

  get have(): PagedBitfield {
    if (this.#have === undefined) {
      this.#have = new PagedBitfield()
      this.#have.fillTo(this.#count)
    }
    return this.#have
  }

  /** How many blocks are here. */
  get count(): number {
    return this.#count
  }

  /** The sum of their lengths, in bytes. */
  get byteLength(): number {
    return this.#byteLength
  }

  get complete(): boolean {
    return this.#feed.blocks > 0 && this.#count === this.#feed.blocks
  }

  /** Reads what the store has. */
  async load(storage: FeedStorage): Promise<void> {
    const { record } = storage
    if (record !== undefined) {
      this.#byteLength = record.byteLength
      if (record.complete) {
        this.#count = record.blocks
        // Somebody may have asked for it already.
        this.#have?.fillTo(record.blocks)
      } else {
        for (const { page, bits } of await storage.getHave()) this.have.setPage(page, bits)
        this.#count = this.have.count(0, record.blocks)
      }
    }
    this.#storage = storage
  }

  /** Stores blocks. `before` runs when their turn has come, and may throw. */
  add(change: Required<Pick<FeedChange, 'blocks' | 'nodes'>>, before: () => void): Promise<void> {
    return this.#exclusive(async () => {
      before()
      const added = change.blocks.filter(({ index }) => !this.have.has(index)).map(({ index }) => index)
      let byteLength = this.#byteLength
      for (const { index, data } of change.blocks) if (!this.have.has(index)) byteLength += data.length
      const complete = this.#count + added.length === this.#feed.blocks
      const have = complete ? [] : this.have.pagesWith(added)
      await this.#commit({ ...change, have, record: this.#feed.recordWith({ complete, byteLength }) })
      this.#byteLength = byteLength
      this.#count += added.length
      for (const index of added) this.have.add(index)
      this.#feed.onHeld(added)
    })
  }

  /** Drops blocks, given with their lengths, so that they are fetched again. */
  drop(lengths: ReadonlyMap<number, number>): Promise<void> {
    return this.#exclusive(async () => {
      const here = [...lengths.keys()].filter((block) => this.have.has(block))
      if (here.length === 0) return
      const before = { byteLength: this.#byteLength, count: this.#count }
      const changed = new Set(here.map((block) => Math.floor(block / HAVE_PAGE_BLOCKS)))
      // A complete feed has no have pages in the store.
      const pages = this.complete ? Math.ceil(this.#feed.blocks / HAVE_PAGE_BLOCKS) : 0
      for (let page = 0; page < pages; page++) changed.add(page)
      // First here, so that nobody reads them while the store forgets them.
      for (const block of here) {
        this.have.delete(block)
        this.#byteLength -= lengths.get(block) as number
      }
      this.#count -= here.length
      // The bytes that were damaged may not be as many as those that were counted.
      if (this.#count === 0 || this.#byteLength < 0) this.#byteLength = 0
      this.#feed.onHeld(here)
      const have = [...changed].map((page) => this.have.copyPage(page))
      const { complete, byteLength } = this
      try {
        await this.#commit({ record: this.#feed.recordWith({ complete, byteLength }), dropped: here, have })
      } catch (error) {
        for (const block of here) this.have.add(block)
        this.#count = before.count
        this.#byteLength = before.byteLength
        this.#feed.onHeld(here)
        throw error
      }
    })
  }

  #commit(change: FeedChange): Promise<void> {
    return (this.#storage as FeedStorage).commit(change, { durability: this.#durability })
  }

  /** One after the other: each change of what is here begins where the one before it ended. */
  #exclusive<T>(change: () => Promise<T>): Promise<T> {
    const result = Promise.resolve(this.#last).then(change)
    this.#last = result.catch(() => {})
    return result
  }
}
