import {
  ClosedError,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  StorageError,
  type TreeNode
} from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { equalBytes } from '../bytes/compare.ts'
import type { LocalContent } from '../replicator/duplicates.ts'
import { type ReplicatedFeed, Replicator } from '../replicator/replicator.ts'
import type { Joinable } from '../session/channel.ts'
import { topicOf } from '../session/join-proof.ts'
import { FeedTree } from '../tree/feed-tree.ts'
import { proofIndexes } from '../tree/proof.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import { verifyAlone } from '../tree/verifier.ts'
import { type Waiting, waitFor } from '../wait/wait.ts'
import { type CommitTarget, Committer } from './committer.ts'
import type { Download } from './download.ts'
import { Downloads } from './downloads.ts'
import { HeldBlocks, type HoldingFeed } from './held-blocks.ts'
import { type FeedContext, type OpenedStorage, OpenFeed } from './open-feed.ts'
import { type ReadFeed, StoredBlocks } from './stored-blocks.ts'
import { Waiters } from './waiters.ts'

/** What a feed with an id needs of its core. */
export interface IdentifiedFeedOwner {
  /** What else is here that the feed may have blocks in common with. */
  localContent(feed: IdentifiedFeed): LocalContent
  /** Something is missing again. */
  onWanting(feed: IdentifiedFeed): void
}

/** A feed with an id: some of it is here, or all, and the rest comes from peers. */
export class IdentifiedFeed extends OpenFeed implements Joinable, ReplicatedFeed, CommitTarget, HoldingFeed, ReadFeed {
  readonly id: Uint8Array
  readonly tree: FeedTree
  readonly opening: Promise<void>
  readonly #held: HeldBlocks
  readonly #owner: IdentifiedFeedOwner
  #storage: FeedStorage | undefined
  #blocks: StoredBlocks | undefined
  /** Until the store has the feed. */
  #key: Uint8Array | undefined
  // An idle feed has none of these: many may be open that nobody reads, and no peer is on.
  #trader: Replicator | undefined
  #committer: Committer | undefined
  #downloads: Downloads | undefined
  #waiters: Waiters | undefined
  /** Blocks that came from elsewhere and are being stored, for those who listen. */
  #fetched: Set<number> | undefined
  #trades = true
  #commitError: Error | undefined

  /** `key` is for the case that the store does not have the feed yet. */
  constructor(
    context: FeedContext,
    owner: IdentifiedFeedOwner,
    { id, key }: { id: Uint8Array; key: Uint8Array },
    open: () => Promise<OpenedStorage>
  ) {
    super(context)
    this.id = id
    this.#key = key
    this.#owner = owner
    this.tree = new FeedTree(context.hash, id, this)
    this.#held = new HeldBlocks(this, context.durability)
    this.opening = open().then((opened) => this.#load(opened))
    this.opening.catch(() => {})
  }

  get topic(): Uint8Array {
    return topicOf(this.context.sha256, this.id)
  }

  get blocks(): number {
    return this.tree.blocks
  }

  get byteLength(): number {
    return this.#held.byteLength
  }

  /** Trades the feed with peers: made once one comes, or something is wanted of one. */
  get replicator(): Replicator {
    if (this.#trader === undefined) {
      this.#trader = new Replicator(this, this.context, this.#owner.localContent(this))
      if (!this.#trades) this.#trader.stop()
    }
    return this.#trader
  }

  /** The number of peers on the feed. */
  get peers(): number {
    return this.#trader?.peers ?? 0
  }

  /** Nothing more is asked of peers. */
  stopTrading(): void {
    this.#trades = false
    this.#trader?.stop()
  }

  get have(): PagedBitfield {
    return this.#held.have
  }

  /** How many blocks are here. */
  get held(): number {
    return this.#held.count
  }

  get complete(): boolean {
    return this.#held.complete
  }

  get wanting(): boolean {
    return !this.complete
  }

  get congested(): boolean {
    return this.#committer?.full ?? false
  }

  has(block: number): boolean {
    return this.have.has(block)
  }

  /** The block, from the store or, once a peer has sent it, from there; `null` past the feed's end. */
  async get(block: number, options: Waiting): Promise<Uint8Array | null> {
    await this.untilOpen(options)
    if (this.blocks > 0 && block >= this.blocks) return null
    if (this.have.has(block)) return this.#reader.read(block)
    return this.#waiting.wait(block, options)
  }

  /** Resolves once the feed's length is known. */
  async ready(options: Waiting): Promise<void> {
    await this.untilOpen(options)
    if (this.blocks > 0) return
    // Nobody has it, and it is answered when the length is known.
    await this.#waiting.wait(Infinity, options)
  }

  /** Fetches a range of blocks, beside what is waited for, until it is here or the signal fires. */
  download(download: Download, options: Waiting): void {
    const start = async () => {
      await this.untilOpen(options)
      this.#downloads ??= new Downloads(this.have, () => this.blocks, this.replicator)
      this.#downloads.add(download)
      await waitFor(this.context.clock, options, download.done)
    }
    start().catch((error) => {
      // One that was cancelled before it began is in no list.
      if (this.#downloads === undefined) download.fail(error)
      else this.#downloads.cancel(download, error)
    })
  }

  async check(block: number): Promise<boolean> {
    await this.untilOpen()
    const storage = this.#stored()
    const indexes = proofIndexes(block, this.blocks)
    const [data, nodes] = await Promise.all([storage.getBlock(block, { shared: true }), storage.getNodes(indexes)])
    if (data !== undefined && nodes.every((hash) => hash !== undefined)) {
      const proof = nodes.map((hash, i) => ({ index: indexes[i] as number, hash: hash as Uint8Array }))
      // Against the id alone: what is at hand must not stand in for what is stored.
      if (verifyAlone(this.context.hash, this.id, { block, data, proof }) !== undefined) return true
    }
    await this.#dropDamaged(block, data)
    return false
  }

  /** Drops a range of blocks. Resolves once the store has forgotten them. */
  async clear(start: number, end: number): Promise<void> {
    const lengths = new Map<number, number>()
    for (let block = start; block < Math.min(end, this.blocks); block++) {
      if (!this.have.has(block)) continue
      lengths.set(block, (await this.#stored().getBlock(block, { shared: true }))?.length ?? 0)
    }
    await this.#drop(lengths)
  }

  /**
   * Stores blocks that are known to be this feed's, as when the same feed was written here once more. Rejects when not
   * all of them could be stored.
   */
  async adopt(runs: readonly VerifiedRun[]): Promise<void> {
    for (const run of runs) this.tree.trust(run)
    for (const run of runs) this.#commits.add(run)
    await this.#commits.idle()
    this.assertOpen()
    if (!indexesOf(runs).every((block) => this.have.has(block))) {
      throw new StorageError('not all blocks could be stored', { cause: this.#commitError })
    }
  }

  store(run: VerifiedRun): void {
    this.#waiters?.seekLength()
    if (this.listens('download')) {
      this.#fetched ??= new Set()
      for (const { index } of run.blocks) this.#fetched.add(index)
    }
    this.#commits.add(run)
  }

  commit(change: Required<Pick<FeedChange, 'blocks' | 'nodes'>>): Promise<void> {
    return this.#held.add(change, () => this.assertOpen())
  }

  onCommitted(runs: readonly VerifiedRun[]): void {
    for (const run of runs) {
      const fetched = run.blocks.filter(({ index }) => this.#fetched?.delete(index))
      if (fetched.length > 0) this.#tellFetched(fetched, run.nodes)
      for (const { index, data } of run.blocks) this.#waiters?.arrived(index, data)
    }
    this.#waiters?.lengthKnown()
    this.emit('update')
    this.replicator.stored(indexesOf(runs))
  }

  onCommitFailed(runs: readonly VerifiedRun[], error: Error): void {
    const blocks = indexesOf(runs)
    for (const block of blocks) this.#fetched?.delete(block)
    // What was trusted with these blocks is not in the store: it must come again.
    this.tree.forget()
    if (this.#stored().record === undefined) this.tree.setRoots(0, [])
    this.#commitError = error
    this.#fail(error)
    this.replicator.notStored(blocks)
    this.emit('error', error)
  }

  getNodes(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    return this.#stored().getNodes(indexes)
  }

  readRun(start: number, end: number, bytes: number): Promise<ReadonlyArray<Uint8Array | undefined>> {
    return this.#reader.readRun(start, end, bytes)
  }

  async readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined> {
    if (!this.have.has(block)) return undefined
    const [data, proof] = await Promise.all([this.#reader.read(block, { shared: true }), this.tree.proof(block)])
    return { data, proof }
  }

  get hash(): TreeHash {
    return this.context.hash
  }

  recordWith(here: Pick<FeedRecord, 'complete' | 'byteLength'>): FeedRecord {
    const key = this.#key ?? (this.#stored().record as FeedRecord).key
    return { key, id: this.id, blocks: this.blocks, ...here }
  }

  onHeld(blocks: readonly number[]): void {
    this.#downloads?.changed(blocks)
  }

  async dropDamaged(block: number, data: Uint8Array | undefined): Promise<void> {
    this.assertOpen()
    await this.#dropDamaged(block, data)
  }

  onUploaded(block: number, data: Uint8Array): void {
    this.emit('upload', block, data)
  }

  onError(error: Error): void {
    this.emit('error', error)
  }

  onUnverifiable(error: Error): void {
    this.#fail(error)
    this.emit('error', error)
  }

  override async close(): Promise<void> {
    const closing = super.close()
    this.stopTrading()
    this.#fail(new ClosedError('the feed was closed'))
    await closing
    await this.#committer?.idle()
  }

  async #load(opened: OpenedStorage): Promise<void> {
    const { storage } = opened
    const { record } = storage
    if (record !== undefined) this.#key = undefined
    await this.#held.load(storage)
    this.#storage = storage
    this.#blocks = new StoredBlocks(opened, this)
    if (record !== undefined && record.blocks > 0) {
      await this.tree.loadRoots(record.blocks)
      if (!equalBytes(this.context.hash.id(this.tree.roots), this.id)) {
        throw new StorageError('the roots are damaged in the store: delete the feed')
      }
    }
    this.markOpened()
  }

  get #reader(): StoredBlocks {
    return this.#blocks as StoredBlocks
  }

  /** Each with the proof that it would have by itself, as far as it is at hand. */
  #tellFetched(blocks: VerifiedRun['blocks'], nodes: VerifiedRun['nodes']): void {
    const hashes = new Map(nodes.map(({ index, hash }) => [index, hash]))
    for (const { index: block, data } of blocks) {
      const proof: TreeNode[] = []
      for (const index of proofIndexes(block, this.blocks)) {
        const hash = hashes.get(index) ?? this.tree.node(index)
        if (hash !== undefined) proof.push({ index, hash })
      }
      this.emit('download', block, data, proof)
    }
  }

  get #commits(): Committer {
    this.#committer ??= new Committer(this)
    return this.#committer
  }

  get #waiting(): Waiters {
    this.#waiters ??= new Waiters(this)
    return this.#waiters
  }

  #stored(): FeedStorage {
    return this.#storage as FeedStorage
  }

  async #dropDamaged(block: number, data: Uint8Array | undefined): Promise<void> {
    // It may be the tree that is damaged: what was read of it is not trusted any more.
    this.tree.forget()
    await this.#drop(new Map([[block, data?.length ?? 0]]))
  }

  /** Drops blocks, given with their lengths, so that they are fetched again. */
  async #drop(lengths: ReadonlyMap<number, number>): Promise<void> {
    try {
      await this.#held.drop(lengths)
    } catch (error) {
      this.#fail(error as Error)
      throw error
    }
    this.#trader?.dropped([...lengths.keys()])
    this.#owner.onWanting(this)
  }

  #fail(error: Error): void {
    this.#waiters?.rejectAll(error)
    this.#downloads?.cancelAll(error)
  }
}

function indexesOf(runs: readonly VerifiedRun[]): number[] {
  return runs.flatMap(({ blocks }) => blocks.map(({ index }) => index))
}
