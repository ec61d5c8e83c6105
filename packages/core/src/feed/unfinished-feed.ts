import { BlockDamagedError, FeedFinalizedError, type FeedStorage, type Timer, type TreeNode } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { copyBytes } from '../bytes/copy.ts'
import { toUtf8 } from '../bytes/utf8.ts'
import { readRoots } from '../tree/feed-tree.ts'
import { grow } from '../tree/grow.ts'
import { Batches, type BatchTarget } from './batches.ts'
import type { IdentifiedFeed } from './identified-feed.ts'
import { type FeedOwner, type OpenedStorage, OpenFeed } from './open-feed.ts'

interface Append {
  readonly blocks: ReadonlyArray<{ readonly data: Uint8Array }>
  /** The leaves of the blocks, once they are hashed. */
  hashes: readonly Uint8Array[] | undefined
  resolve(): void
  reject(error: Error): void
}

/** What a feed that is being written needs of its core. */
export interface UnfinishedFeedOwner extends FeedOwner {
  /** Resolves with what the feed has become, once all its handles were moved to it. */
  finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined>
}

/** A feed that is being written and has no id yet. All its blocks are here: its tree grows with what the store has taken. */
export class UnfinishedFeed extends OpenFeed implements BatchTarget<Append> {
  declare readonly owner: UnfinishedFeedOwner
  readonly id = undefined
  readonly complete = false
  readonly peers = 0
  /** The store's handle for the feed: 32 bytes. */
  override readonly key: Uint8Array
  blocks = 0
  #roots: readonly TreeNode[] = []
  /** While it is being finalized, and takes no blocks: what it becomes. */
  #finalizing: Promise<IdentifiedFeed | undefined> | undefined
  #hashing: Timer | undefined
  readonly #appends = new Batches<Append>(this)

  constructor(owner: UnfinishedFeedOwner, key: Uint8Array, open: () => Promise<OpenedStorage>) {
    super(owner, open)
    this.key = key
  }

  /** The id it would have now. Only once it has opened. */
  get nextId(): Uint8Array {
    return this.hash.id(this.#roots)
  }

  get held(): number {
    return this.blocks
  }

  has(block: number): boolean {
    return block < this.blocks
  }

  async get(block: number): Promise<Uint8Array | null> {
    await this.untilOpen()
    if (block >= this.blocks) return null
    const data = await this.#read(block)
    if (!data) throw new BlockDamagedError(block)
    return data
  }

  async check(block: number): Promise<boolean> {
    return (await this.#read(block)) !== undefined
  }

  /** The block, or `undefined` when the store does not give it back as it was. */
  async #read(block: number): Promise<Uint8Array | undefined> {
    const [data, [hash]] = await Promise.all([this.storage.getBlock(block), this.storage.getNodes([2 * block])])
    if (!data || !hash) return undefined
    return equalBytes(this.hash.leaf(data), hash) ? data : undefined
  }

  /**
   * Appends blocks, which are copied before this returns unless they were transferred. Resolves once they are stored.
   * After a failure, what was queued behind fails too, because it was meant to follow; later calls go on from what is
   * stored.
   */
  async append(values: ReadonlyArray<Uint8Array | string>, transfer: boolean): Promise<void> {
    if (this.#finalizing) throw new FeedFinalizedError('the feed is finalized')
    const blocks = values.map((value) => ({
      data: typeof value === 'string' ? toUtf8(value) : transfer ? value : copyBytes(value)
    }))
    await this.#append(blocks)
  }

  /** Resolves when everything that was appended before is stored; rejects when some of it could not be. */
  override async flush(): Promise<void> {
    await this.#append([])
  }

  /** Gives it its id. Resolves with what it has become; with `undefined` when it has no blocks, and goes on. */
  finalize(): Promise<IdentifiedFeed | undefined> {
    this.#finalizing ??= this.owner.finalize(this).finally(() => {
      this.#finalizing = undefined
    })
    return this.#finalizing
  }

  override async close(): Promise<void> {
    await super.close()
    await this.#appends.idle()
  }

  protected async load(storage: FeedStorage): Promise<void> {
    const { blocks = 0, byteLength = 0 } = storage.record ?? {}
    this.#roots = await readRoots(storage, blocks)
    this.blocks = blocks
    this.byteLength = byteLength
  }

  async #append(blocks: Append['blocks']): Promise<void> {
    // All calls wait for it, also once it has opened: so their order stays.
    await this.opening
    if (this.#appends.busy) this.#hashSoon()
    await new Promise<void>((resolve, reject) => {
      this.#appends.add({ blocks, hashes: undefined, resolve, reject })
    })
  }

  /** Hashes the next batch while the store is at work: who appends when it is done must not keep it waiting by that. */
  #hashSoon(): void {
    this.#hashing ??= this.context.clock.setTimeout(() => {
      this.#hashing = undefined
      for (const append of this.#appends.next()) {
        if (append.hashes) continue
        const hashes = this.#hashesOf(append)
        this.storage.expect?.(hashes)
      }
    }, 0)
  }

  #hashesOf(append: Append): readonly Uint8Array[] {
    append.hashes ??= append.blocks.map(({ data }) => this.hash.leaf(data))
    return append.hashes
  }

  async write(appends: readonly Append[]): Promise<void> {
    if (this.#appends.next().length > 0) this.#hashSoon()
    const added = appends.flatMap(({ blocks }) => blocks)
    if (added.length === 0) return
    const { hash, key } = this
    const leaves = appends.flatMap((append) => this.#hashesOf(append))
    const { nodes, roots } = grow(hash, this.#roots, this.blocks, leaves)
    const stored = added.map(({ data }, i) => ({ index: this.blocks + i, hash: leaves[i] as Uint8Array, data }))
    const blocks = this.blocks + added.length
    const byteLength = added.reduce((sum, { data }) => sum + data.length, this.byteLength)
    const record = { key, id: undefined, blocks, complete: false, byteLength }
    await this.commit(record, { nodes, blocks: stored })
    this.#roots = roots
    this.blocks = blocks
    this.emit('update')
  }

  onStored(appends: readonly Append[]): void {
    for (const { resolve } of appends) resolve()
  }

  onFailed(appends: readonly Append[], error: Error): void {
    for (const { reject } of appends) reject(error)
  }
}
