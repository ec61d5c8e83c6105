import { type FeedChange, type FeedRecord, type FeedStorage, HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { FeedTree } from '../tree/feed-tree.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { Batches, type BatchTarget, bytesOf } from './batches.ts'
import { type FeedOwner, type OpenedStorage, OpenFeed } from './open-feed.ts'
import { unpinned } from './unpinned.ts'
import { verifyStored } from './verify-stored.ts'

/** No more blocks are asked for while this many bytes wait to be stored. */
const FULL_BYTES = 16 * 1024 * 1024

/** A feed with an id as far as it is here: its tree, its blocks, and each change of that, one after the other. */
export abstract class StoredFeed extends OpenFeed implements BatchTarget<VerifiedRun> {
  readonly id: Uint8Array
  readonly tree: FeedTree
  /** How many blocks are here. */
  held = 0
  /** Until the store has the feed. */
  #key: Uint8Array | undefined
  // A feed that is here as a whole does without until somebody asks, and one to which nothing comes without batches: many
  // may be open and idle.
  #have: PagedBitfield | undefined
  #batches: Batches<VerifiedRun> | undefined
  #last: Promise<unknown> | undefined

  /** `key` is for the case that the store does not have the feed yet. */
  constructor(owner: FeedOwner, id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>) {
    super(owner, open)
    this.id = id
    this.#key = key
    this.tree = new FeedTree(this)
  }

  get blocks(): number {
    return this.tree.blocks
  }

  get have(): PagedBitfield {
    if (!this.#have) {
      this.#have = new PagedBitfield()
      this.#have.fillTo(this.held)
    }
    return this.#have
  }

  get complete(): boolean {
    return this.blocks > 0 && this.held === this.blocks
  }

  /** Whether more is waiting to be stored than should be. */
  get congested(): boolean {
    return this.#batches !== undefined && this.#batches.bytes >= FULL_BYTES
  }

  has(block: number): boolean {
    return this.have.has(block)
  }

  async check(block: number): Promise<boolean> {
    await this.untilOpen()
    if (await verifyStored(this, block, this.id)) return true
    await this.dropDamaged(block)
    return false
  }

  /** Stores verified blocks, many in one commit: see `onStored`. */
  store(run: VerifiedRun): void {
    this.#batches ??= new Batches(this)
    this.#batches.add(unpinned(run))
  }

  write(runs: readonly VerifiedRun[]): Promise<void> {
    return this.#inTurn(() => this.#add(runs))
  }

  /** Drops a range of blocks, so that they are fetched again. Resolves once the store has forgotten them. */
  async drop(start: number, end = start + 1): Promise<void> {
    await this.#inTurn(() => this.#drop(start, Math.min(end, this.blocks)))
  }

  /** Drops a block that was found damaged. */
  async dropDamaged(block: number): Promise<void> {
    this.assertOpen()
    // It may be the tree that is damaged: what was read of it is not trusted any more.
    this.tree.forget()
    await this.drop(block)
  }

  override async close(): Promise<void> {
    await super.close()
    await this.idle()
  }

  abstract onStored(runs: readonly VerifiedRun[]): void
  /** Those behind may rest on nodes that were to be stored with the first. */
  abstract onFailed(runs: readonly VerifiedRun[], error: Error): void
  /** These blocks are here now, or are not any more. */
  protected abstract onHeld(blocks: readonly number[]): void
  /** The store has forgotten these blocks. */
  protected abstract onDropped(blocks: readonly number[]): void
  /** Whoever waits for something does so in vain. */
  abstract fail(error: Error): void

  /** Resolves when everything that was to be stored is, or has failed. */
  protected async idle(): Promise<void> {
    await this.#batches?.idle()
  }

  protected async load(storage: FeedStorage): Promise<void> {
    const { record } = storage
    if (!record) return
    const { blocks, byteLength, complete } = record
    this.#key = undefined
    this.byteLength = byteLength
    if (complete) {
      this.held = blocks
      // Somebody may have asked for it already.
      this.#have?.fillTo(blocks)
    } else {
      for (const { page, bits } of await storage.getHave()) this.have.setPage(page, bits)
      this.held = this.have.count(0, blocks)
    }
    if (blocks > 0) await this.tree.loadRoots(blocks)
  }

  async #add(runs: readonly VerifiedRun[]): Promise<void> {
    this.assertOpen()
    // No block twice: one may have come from a peer and been written here at the same time.
    const seen = new PagedBitfield()
    const blocks = runs.flatMap((run) => run.blocks.filter(({ index }) => seen.put(index)))
    const fresh = blocks.filter(({ index }) => !this.have.has(index))
    const added = fresh.map(({ index }) => index)
    const complete = this.held + added.length === this.blocks
    const have = complete ? [] : this.have.pagesWith(added)
    const nodes = runs.flatMap(({ nodes }) => nodes)
    await this.#commit({ blocks, nodes, have }, complete, this.byteLength + bytesOf({ blocks: fresh }))
    this.#note(added, true)
  }

  async #drop(start: number, end: number): Promise<void> {
    const dropped: number[] = []
    let left = this.byteLength
    for (let block = start; block < end; block++) {
      if (!this.have.has(block)) continue
      left -= (await this.storage.getBlock(block, { shared: true }))?.length ?? 0
      dropped.push(block)
    }
    if (dropped.length === 0) return
    const changed = new Set(dropped.map((block) => Math.floor(block / HAVE_PAGE_BLOCKS)))
    // A complete feed has no have pages in the store.
    const pages = this.complete ? Math.ceil(this.blocks / HAVE_PAGE_BLOCKS) : 0
    for (let page = 0; page < pages; page++) changed.add(page)
    // First here, so that nobody reads them while the store forgets them.
    this.#note(dropped, false)
    // The bytes that were damaged may not be as many as those that were counted.
    const byteLength = this.held === 0 ? 0 : Math.max(0, left)
    const have = [...changed].map((page) => this.have.copyPage(page))
    try {
      await this.#commit({ dropped, have }, false, byteLength)
    } catch (error) {
      this.#note(dropped, true)
      this.fail(error as Error)
      throw error
    }
    this.onDropped(dropped)
  }

  /** These blocks are here now, or are not any more. */
  #note(blocks: readonly number[], here: boolean): void {
    for (const block of blocks) this.have.put(block, here)
    this.held += here ? blocks.length : -blocks.length
    this.onHeld(blocks)
  }

  /** Commits a change, with what is here then. */
  #commit(change: FeedChange, complete: boolean, byteLength: number): Promise<void> {
    const { id, blocks, storage } = this
    const key = this.#key ?? (storage.record as FeedRecord).key
    return this.commit({ key, id, blocks, complete, byteLength }, change)
  }

  /** One after the other: each change of what is here begins where the one before it ended. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const result = Promise.resolve(this.#last).then(change)
    this.#last = result.catch(() => {})
    return result
  }
}
