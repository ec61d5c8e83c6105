import type { FeedStorage, StoredBlock } from '@anyfeed/interfaces'
import type { BlockStore, BlockStoreOption, StoredFeed } from './block-store.ts'
import { asBuffer } from './feed-id.ts'
import { Buffer } from './platform.ts'

/** One feed's block store, with promises for its callbacks. It is made when it is first needed. */
export class CustomBlocks {
  readonly #option: BlockStoreOption
  readonly #feed: () => StoredFeed
  readonly #underWay = new Set<Promise<unknown>>()
  #store: BlockStore | undefined
  #appended = 0
  #placed = false

  constructor(option: BlockStoreOption, feed: () => StoredFeed) {
    this.#option = option
    this.#feed = feed
  }

  /** Resolves with whether the store has lost all blocks. */
  async open(): Promise<boolean> {
    const store = this.#made()
    return store.open === undefined ? false : (await this.#ask<boolean>((done) => store.open!(done))) === true
  }

  /** The block, or `undefined` when the store says that it is not there. */
  async get(index: number): Promise<Uint8Array | undefined> {
    try {
      const block = await this.#ask<Uint8Array | string | null>((done) => this.#made().get(index, done))
      if (block === undefined || block === null) return undefined
      return typeof block === 'string' ? Buffer.from(block) : block
    } catch (error) {
      if ((error as { notFound?: unknown }).notFound) return undefined
      throw error
    }
  }

  /** Blocks of a feed that is being written are appended, those of any other are put in their places. */
  async write(blocks: readonly StoredBlock[], unfinished: boolean): Promise<void> {
    const store = this.#made()
    // Where an append failed, here or in the database behind it, nobody can tell where the store's end is.
    if (unfinished && !this.#placed && blocks[0]?.index === this.#appended) {
      this.#placed = true
      await this.#ask((done) =>
        store.append(
          blocks.map(({ data }) => asBuffer(data)),
          done
        )
      )
      this.#placed = false
      this.#appended += blocks.length
    } else {
      await Promise.all(blocks.map(({ index, data }) => this.#ask((done) => store.put(index, asBuffer(data), done))))
    }
  }

  async finalize(): Promise<void> {
    const store = this.#store
    if (store?.finalize !== undefined) await this.#ask((done) => store.finalize!(done))
  }

  async close(): Promise<void> {
    const store = this.#store
    if (store?.close === undefined) return
    await Promise.allSettled(this.#underWay)
    await this.#ask((done) => store.close!(done))
  }

  #made(): BlockStore {
    this.#store ??= typeof this.#option === 'function' ? this.#option(this.#feed()) : this.#option
    return this.#store
  }

  #ask<T>(run: (done: (error?: Error | null, value?: T) => void) => void): Promise<T | undefined> {
    const answered = new Promise<T | undefined>((resolve, reject) => {
      run((error, value) => (error ? reject(error) : resolve(value)))
    })
    this.#underWay.add(answered)
    const forget = () => this.#underWay.delete(answered)
    answered.then(forget, forget)
    return answered
  }
}

/** Opens the block store of a feed that has blocks. */
export async function openBlocks(storage: FeedStorage, blocks: CustomBlocks): Promise<void> {
  if (storage.record !== undefined && storage.record.blocks > 0 && (await blocks.open())) await forgetBlocks(storage)
}

/** A feed's storage that keeps its blocks in a store of the caller's. */
export function withBlocks(storage: FeedStorage, blocks: CustomBlocks): FeedStorage {
  let last: Promise<unknown> = Promise.resolve()
  return {
    get record() {
      return storage.record
    },
    commit({ blocks: added = [], ...change }, options) {
      const unfinished = (change.record ?? storage.record)?.id === undefined
      // The blocks first: what the database says is there must be there.
      const commit = last.then(async () => {
        if (added.length > 0) await blocks.write(added, unfinished)
        await storage.commit(change, options)
      })
      last = commit.catch(() => {})
      return commit
    },
    getBlock: (index) => blocks.get(index),
    getNodes: (indexes) => storage.getNodes(indexes),
    getHave: () => storage.getHave()
  }
}

/** The length and the hashes stay. */
async function forgetBlocks(storage: FeedStorage): Promise<void> {
  if (storage.record?.id === undefined) return
  const have = (await storage.getHave()).map(({ page, bits }) => ({ page, bits: new Uint8Array(bits.length) }))
  await storage.commit({ record: { ...storage.record, complete: false, byteLength: 0 }, have })
}
