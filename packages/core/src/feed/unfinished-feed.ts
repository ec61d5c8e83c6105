import { BlockDamagedError, FeedFinalizedError, type FeedStorage } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { copyBytes } from '../bytes/copy.ts'
import { resumeBuilder } from '../tree/feed-tree.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import type { IdentifiedFeed } from './identified-feed.ts'
import { type FeedContext, type OpenedStorage, OpenFeed } from './open-feed.ts'
import { Writer } from './writer.ts'

/** A feed that is being written and has no id yet. All its blocks are here. */
export class UnfinishedFeed extends OpenFeed {
  readonly id = undefined
  /** The store's handle for the feed: 32 bytes. */
  readonly key: Uint8Array
  readonly opening: Promise<void>
  #storage: FeedStorage | undefined
  #writer: Writer | undefined
  /** What was appended before it had opened. */
  #early: Array<(writer: Writer) => void> = []
  #sealed = false
  #rehash = true
  /** While it is being finalized: what it becomes. */
  finalizing: Promise<IdentifiedFeed | undefined> | undefined

  constructor(context: FeedContext, key: Uint8Array, open: () => Promise<OpenedStorage>) {
    super(context)
    this.key = key
    this.opening = open().then(async ({ storage, rehash }) => {
      const builder = await resumeBuilder(context.hash, storage, storage.record?.blocks ?? 0)
      const { clock, durability } = context
      const onAppended = () => this.emit('update')
      this.#writer = new Writer(context.hash, storage, builder, { key, clock, durability, onAppended })
      this.#storage = storage
      this.#rehash = rehash
      for (const append of this.#early.splice(0)) append(this.#writer)
      this.markOpened()
    })
    this.opening.catch(() => {})
  }

  get blocks(): number {
    return this.#writer?.blocks ?? 0
  }

  get byteLength(): number {
    return this.#writer?.byteLength ?? 0
  }

  /** How its tree is hashed. */
  get hash(): TreeHash {
    return this.context.hash
  }

  /** What the feed is stored in. Only once it has opened. */
  get storage(): FeedStorage {
    return this.#storage as FeedStorage
  }

  /** Whether what the storage returns must be hashed again. */
  get rehash(): boolean {
    return this.#rehash
  }

  /** The id it would have now. Only once it has opened. */
  get nextId(): Uint8Array {
    return (this.#writer as Writer).id
  }

  has(block: number): boolean {
    return block < this.blocks
  }

  async get(block: number): Promise<Uint8Array | null> {
    await this.untilOpen()
    if (block >= this.blocks) return null
    const data = await this.#read(block)
    if (data === undefined) throw new BlockDamagedError(block)
    return data
  }

  async check(block: number): Promise<boolean> {
    return (await this.#read(block)) !== undefined
  }

  /** The block, or `undefined` when the store does not give it back as it was. */
  async #read(block: number): Promise<Uint8Array | undefined> {
    const [data, [hash]] = await Promise.all([this.storage.getBlock(block), this.storage.getNodes([2 * block])])
    if (data === undefined || hash === undefined) return undefined
    return equalBytes(this.context.hash.leaf(data), hash) ? data : undefined
  }

  /** Appends blocks; resolves once they are stored. See `Writer.append`. */
  async append(values: ReadonlyArray<Uint8Array | string>, transfer: boolean): Promise<void> {
    this.assertTakesBlocks()
    await this.#write(values, transfer)
  }

  async #write(values: ReadonlyArray<Uint8Array | string>, transfer: boolean): Promise<void> {
    if (this.#writer !== undefined) return this.#writer.append(values, transfer)
    // The caller may change its arrays as soon as this call has returned.
    const own = transfer ? values : values.map((value) => (typeof value === 'string' ? value : copyBytes(value)))
    const written = new Promise<void>((resolve) => {
      this.#early.push((writer) => resolve(writer.append(own, true)))
    })
    await this.opening
    await written
  }

  /** Resolves when everything that was appended before is stored; rejects when some of it could not be. */
  async flush(): Promise<void> {
    this.assertOpen()
    if (this.#writer !== undefined) return this.#writer.flush()
    await this.#write([], true)
  }

  /** From now on it takes no more blocks; resolves when those it has taken are stored. */
  async seal(): Promise<void> {
    this.#sealed = true
    await this.flush()
  }

  /** It takes blocks again: it could not be finalized. */
  unseal(): void {
    this.#sealed = false
  }

  assertTakesBlocks(): void {
    this.assertOpen()
    if (this.#sealed) throw new FeedFinalizedError('the feed takes no more blocks')
  }

  override async close(): Promise<void> {
    await super.close()
    await this.#writer?.idle()
  }
}
