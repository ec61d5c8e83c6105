import {
  ClosedError,
  type Durability,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  type HavePage,
  StorageError
} from '@anyfeed/interfaces'
import { assertDurability } from './durability.ts'
import { commitChange } from './feed-commit.ts'
import { FeedPacks } from './feed-packs.ts'
import { contentKey, dataKey, havePagesOf, lastNumber } from './keys.ts'
import { copyRecord } from './record-codec.ts'
import { SharedLock } from './shared-lock.ts'
import type { Store } from './store.ts'

/** The most blocks that are read together: long ones may follow short ones. */
const READ_TOGETHER = 8
/** How long a block is taken to be, in bytes, before any was read. */
const LIKELY_LENGTH = 65_536

interface FoundBlock {
  readonly held: boolean
  readonly data: Uint8Array | undefined
}

/** One feed of a `levelStorage`. */
export class LevelFeed implements FeedStorage {
  readonly key: Uint8Array
  readonly #store: Store
  readonly #packs: FeedPacks
  /** Had alone by a commit, so commits take effect in the order of the calls; shared by reads that must not meet one. */
  readonly #commits = new SharedLock()
  #record: FeedRecord | undefined
  #deleted = false
  /** How long blocks are likely to be, in bytes: as those that were read together last. */
  #likelyLength = LIKELY_LENGTH

  /** `record` is `undefined` for a feed that is being made. */
  constructor(key: Uint8Array, store: Store, record: FeedRecord | undefined) {
    this.key = record?.key ?? new Uint8Array(key)
    this.#store = store
    this.#record = record
    this.#packs = new FeedPacks(this.key, store.db, store.cache, record === undefined)
  }

  get record(): FeedRecord | undefined {
    return this.#record && copyRecord(this.#record)
  }

  get deleted(): boolean {
    return this.#deleted
  }

  commit(change: FeedChange, { durability }: { readonly durability?: Durability } = {}): Promise<void> {
    return this.#store.gate.run(async () => {
      if (durability !== undefined) assertDurability(durability, this.#store.durability)
      await this.#commits.exclusive(async () => {
        this.#assertThere()
        const feed = { key: this.key, store: this.#store, packs: this.#packs, before: this.#record }
        this.#record = await commitChange(feed, change, durability === 'machine')
      })
    })
  }

  expect(hashes: readonly Uint8Array[]): void {
    // Whatever goes wrong shows in the commit.
    this.#store.gate.run(() => this.#store.db.expect(hashes.map(contentKey))).catch(() => {})
  }

  getBlock(index: number): Promise<Uint8Array | undefined> {
    return this.#read(async () => {
      let { held, data } = await this.#findBlock(index)
      // Its bytes are lost, or a commit that dropped it came between the reads.
      if (held && data === undefined) ({ held, data } = await this.#commits.shared(() => this.#findBlock(index)))
      if (held && data === undefined) throw new StorageError(`the bytes of block ${index} are lost`)
      return data
    })
  }

  /** As many at a time as are likely to be wanted: how long they are shows when they are read. */
  getBlocks(start: number, end: number, { bytes }: { readonly bytes: number }): Promise<Array<Uint8Array | undefined>> {
    return this.#read(async () => {
      const blocks: Array<Uint8Array | undefined> = []
      let read = 0
      const isOver = () => start + blocks.length >= end || (read >= bytes && blocks.length > 0)
      while (!isOver()) {
        const from = start + blocks.length
        const likely = Math.max(1, Math.ceil((bytes - read) / this.#likelyLength))
        const indexes = Array.from({ length: Math.min(likely, READ_TOGETHER, end - from) }, (_, i) => from + i)
        const together = await this.#blocksAt(indexes)
        this.#likelyLength = lengthOf(together) ?? this.#likelyLength
        for (const data of together) {
          if (isOver()) break
          blocks.push(data)
          read += data?.length ?? 0
        }
      }
      return blocks
    })
  }

  getNodes(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    return this.#read(async () => this.#packs.cached(indexes) ?? this.#asOfOneMoment(() => this.#packs.read(indexes)))
  }

  getHave(): Promise<HavePage[]> {
    return this.#read(() =>
      this.#asOfOneMoment(async () => {
        const entries = await this.#store.db.entries(havePagesOf(this.key), Infinity)
        return entries.map(([key, bits]) => ({ page: lastNumber(key), bits }))
      })
    )
  }

  /** Calls `hide` after the commits called before; when that has resolved, the feed is deleted for every reader. */
  delete(hide: (record: FeedRecord | undefined) => Promise<void>): Promise<void> {
    return this.#commits.exclusive(async () => {
      if (this.#deleted) return
      await hide(this.#record)
      this.#deleted = true
    })
  }

  async #blocksAt(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    const held = await Promise.all(indexes.map((index) => this.#packs.held(index)))
    const here = held.filter((block) => block !== undefined)
    const found = await this.#store.db.getMany(here.map(({ number }) => dataKey(number)))
    const byBlock = new Map(here.map(({ block }, i) => [block, found[i]]))
    // Lost bytes, and a commit that came between the reads, are told apart by reading once more.
    return Promise.all(
      indexes.map((index, i) => (held[i] && (byBlock.get(index) ?? this.getBlock(index))) || undefined)
    )
  }

  async #findBlock(index: number): Promise<FoundBlock> {
    const held = await this.#packs.held(index)
    if (held === undefined) return { held: false, data: undefined }
    return { held: true, data: await this.#store.db.get(dataKey(held.number)) }
  }

  /** Repeats a read that a commit came between, with commits waiting for it. */
  async #asOfOneMoment<T>(read: () => Promise<T>): Promise<T> {
    const { epoch } = this.#packs
    if (epoch !== undefined) {
      const result = await read()
      if (epoch === this.#packs.epoch) return result
    }
    return this.#commits.shared(read)
  }

  #read<T>(read: () => Promise<T>): Promise<T> {
    return this.#store.gate.run(async () => {
      this.#assertThere()
      try {
        return await read()
      } finally {
        // What was read, or failed, while the feed was being deleted says nothing.
        this.#assertThere()
      }
    })
  }

  #assertThere(): void {
    if (this.#deleted) throw new ClosedError('the feed was deleted')
  }
}

/** How long these blocks are, the one as the other, in bytes; `undefined` where none is here. */
function lengthOf(blocks: ReadonlyArray<Uint8Array | undefined>): number | undefined {
  const here = blocks.filter((data) => data !== undefined)
  if (here.length === 0) return undefined
  return Math.max(1, here.reduce((sum, data) => sum + data.length, 0) / here.length)
}
