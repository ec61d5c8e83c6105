import { ClosedError, StorageError, type TreeNode } from '@anyfeed/interfaces'
import type { LocalContent } from '../replicator/duplicates.ts'
import { type ReplicatedFeed, Replicator } from '../replicator/replicator.ts'
import type { Joinable } from '../session/channel.ts'
import { topicOf } from '../session/join-proof.ts'
import { proofIndexes } from '../tree/proof.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import { type Waiting, waitFor } from '../wait/wait.ts'
import type { Download } from './download.ts'
import { Downloads } from './downloads.ts'
import type { FeedOwner } from './open-feed.ts'
import { readBlock, readRun } from './stored-blocks.ts'
import { StoredFeed } from './stored-feed.ts'
import { Waiters } from './waiters.ts'

/** What a feed with an id needs of its core. */
export interface IdentifiedFeedOwner extends FeedOwner, LocalContent {
  /** Something is missing again. */
  onWanting(feed: IdentifiedFeed): void
}

/** A feed with an id: some of it is here, or all, and the rest comes from peers. */
export class IdentifiedFeed extends StoredFeed implements Joinable, ReplicatedFeed {
  declare readonly owner: IdentifiedFeedOwner
  // An idle feed has none of these: many may be open that nobody reads, and no peer is on.
  #trader: Replicator | undefined
  #downloads: Downloads | undefined
  #waiters: Waiters | undefined
  #storeError: Error | undefined

  get topic(): Uint8Array {
    return topicOf(this.context.sha256, this.id)
  }

  /** Trades the feed with peers: made once one comes, or something is wanted of one. */
  get replicator(): Replicator {
    if (!this.#trader) {
      this.#trader = new Replicator(this, this.context, this.owner)
      if (this.closed) this.#trader.stop()
    }
    return this.#trader
  }

  /** The number of peers on the feed. */
  get peers(): number {
    return this.#trader?.peers ?? 0
  }

  /** The block, from the store or, once a peer has sent it, from there; `null` past the feed's end. */
  async get(block: number, options: Waiting): Promise<Uint8Array | null> {
    await this.untilOpen(options)
    if (this.blocks > 0 && block >= this.blocks) return null
    return this.has(block) ? readBlock(this, block) : this.#waiting.wait(block, options)
  }

  override async ready(options: Waiting): Promise<void> {
    this.assertOpen()
    // Nobody has this block, and it is answered when the length is known.
    if (this.blocks === 0) await this.#waiting.wait(Infinity, options)
  }

  /** Fetches a range of blocks, beside what is waited for, until it is here or the signal fires. */
  async download(download: Download, options: Waiting): Promise<void> {
    try {
      await this.untilOpen(options)
      this.#downloads ??= new Downloads(this)
      this.#downloads.add(download)
      await waitFor(this.context.clock, options, download.done)
    } catch (error) {
      this.#downloads?.delete(download)
      download.fail(error as Error)
    }
  }

  /**
   * Stores blocks that are known to be this feed's, as when the same feed was written here once more. Rejects when not
   * all of them could be stored.
   */
  async adopt(runs: readonly VerifiedRun[]): Promise<void> {
    for (const run of runs) this.tree.trust(run)
    for (const run of runs) super.store({ ...run, local: true })
    await this.idle()
    this.assertOpen()
    if (!indexesOf(runs).every((block) => this.has(block))) {
      throw new StorageError('not all blocks could be stored', { cause: this.#storeError })
    }
  }

  override store(run: VerifiedRun): void {
    this.#waiters?.seekLength()
    super.store(run)
  }

  readRun(start: number, end: number, bytes: number): Promise<ReadonlyArray<Uint8Array | undefined>> {
    return readRun(this, start, end, bytes)
  }

  async readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined> {
    if (!this.has(block)) return undefined
    const [data, proof] = await Promise.all([readBlock(this, block, { shared: true }), this.tree.proof(block)])
    return { data, proof }
  }

  override async close(): Promise<void> {
    const closing = super.close()
    this.#trader?.stop()
    this.fail(new ClosedError('the feed was closed'))
    await closing
  }

  onStored(runs: readonly VerifiedRun[]): void {
    const listens = this.handles.some((handle) => handle.listenerCount('download') > 0)
    for (const run of runs) {
      if (listens && !run.local) this.#tellFetched(run)
      for (const { index, data } of run.blocks) this.#waiters?.arrived(index, data)
    }
    this.#waiters?.lengthKnown()
    this.emit('update')
    this.replicator.stored(indexesOf(runs))
  }

  onFailed(runs: readonly VerifiedRun[], error: Error): void {
    // What was trusted with these blocks is not in the store: it must come again.
    this.tree.forget()
    if (!this.storage.record) this.tree.setRoots(0, [])
    this.#storeError = error
    this.fail(error)
    this.replicator.notStored(indexesOf(runs))
    this.emit('error', error)
  }

  protected onHeld(blocks: readonly number[]): void {
    this.#downloads?.changed(blocks)
  }

  protected onDropped(blocks: readonly number[]): void {
    this.#trader?.dropped(blocks)
    this.owner.onWanting(this)
  }

  /** Whoever waits for something does so in vain. */
  fail(error: Error): void {
    this.#waiters?.rejectAll(error)
    this.#downloads?.cancelAll(error)
  }

  /** Tells of blocks, each with the proof that it would have by itself, as far as it is at hand. */
  #tellFetched({ blocks, nodes }: VerifiedRun): void {
    const hashes = new Map(nodes.map(({ index, hash }) => [index, hash]))
    for (const { index: block, data } of blocks) {
      const proof: TreeNode[] = []
      for (const index of proofIndexes(block, this.blocks)) {
        const hash = hashes.get(index) ?? this.tree.node(index)
        if (hash) proof.push({ index, hash })
      }
      this.emit('download', block, data, proof)
    }
  }

  get #waiting(): Waiters {
    this.#waiters ??= new Waiters(this)
    return this.#waiters
  }
}

function indexesOf(runs: readonly VerifiedRun[]): number[] {
  return runs.flatMap(({ blocks }) => blocks.map(({ index }) => index))
}
