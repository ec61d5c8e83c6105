import { BlockDamagedError, type FeedStorage } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { equalBytes } from '../bytes/compare.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import type { OpenedStorage } from './open-feed.ts'

/** So many blocks are read at a time from a store that reads them one by one: each may be as long as a block may be. */
const AT_ONCE = 4

/** The feed whose blocks are read. */
export interface ReadFeed {
  readonly tree: FeedTree
  readonly hash: TreeHash
  readonly have: PagedBitfield
  /** Drops a block that was found damaged. Rejects where that is not to be said any more. */
  dropDamaged(block: number, data: Uint8Array | undefined): Promise<void>
  /** Something is damaged, and nobody is told by a rejection. */
  onError(error: Error): void
}

/** Reads a feed's blocks from its store, and gives back none that is not what it should be. */
export class StoredBlocks {
  readonly #storage: FeedStorage
  readonly #rehash: boolean
  readonly #feed: ReadFeed

  constructor({ storage, rehash }: OpenedStorage, feed: ReadFeed) {
    this.#storage = storage
    this.#rehash = rehash
    this.#feed = feed
  }

  /** A block that is here. Rejects with a `BlockDamagedError`, and drops the block, when the store has another. */
  async read(block: number, options?: { readonly shared: boolean }): Promise<Uint8Array> {
    const data = await this.#storage.getBlock(block, options)
    if (data !== undefined && (!this.#rehash || (await this.#areSound([{ block, data }]))[0])) return data
    await this.#feed.dropDamaged(block, data)
    throw new BlockDamagedError(block)
  }

  /**
   * Neighbouring blocks from `start` on, up to `end` or as many as make about `bytes` bytes, at least one: `undefined`
   * for each that is not here. They are only to be read. Those that are damaged are dropped.
   */
  async readRun(start: number, end: number, bytes: number): Promise<Array<Uint8Array | undefined>> {
    const blocks = await this.#readNeighbours(start, end, bytes)
    const found: Array<{ block: number; data: Uint8Array | undefined }> = []
    for (const [i, data] of blocks.entries()) {
      if (this.#feed.have.has(start + i)) found.push({ block: start + i, data })
      else blocks[i] = undefined
    }
    const sound = this.#rehash ? await this.#areSound(found) : found.map(({ data }) => data !== undefined)
    for (const [i, { block, data }] of found.entries()) {
      if (sound[i]) continue
      blocks[block - start] = undefined
      await this.#feed.dropDamaged(block, data)
      this.#feed.onError(new BlockDamagedError(block))
    }
    return blocks
  }

  async #readNeighbours(start: number, end: number, bytes: number): Promise<Array<Uint8Array | undefined>> {
    const options = { shared: true, bytes }
    if (this.#storage.getBlocks !== undefined) return this.#storage.getBlocks(start, end, options)
    const blocks: Array<Uint8Array | undefined> = []
    for (let read = 0; read < bytes && start + blocks.length < end; ) {
      const from = start + blocks.length
      const indexes = Array.from({ length: Math.min(AT_ONCE, end - from) }, (_, i) => from + i)
      const here = indexes.map((index) =>
        this.#feed.have.has(index) ? this.#storage.getBlock(index, options) : undefined
      )
      for (const data of await Promise.all(here)) {
        blocks.push(data)
        read += data?.length ?? 0
      }
    }
    return blocks
  }

  /** Whether blocks are what the tree says that they are. */
  async #areSound(blocks: ReadonlyArray<{ block: number; data: Uint8Array | undefined }>): Promise<boolean[]> {
    const leaves = await this.#feed.tree.load(blocks.map(({ block }) => 2 * block))
    return blocks.map(({ block, data }) => {
      const leaf = leaves.get(2 * block)
      return data !== undefined && leaf !== undefined && equalBytes(leaf, this.#feed.hash.leaf(data))
    })
  }
}
