import {
  BlockDamagedError,
  ClosedError,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  HAVE_PAGE_BLOCKS,
  StorageError,
  type TreeNode
} from '@anyfeed/interfaces'
import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { equalBytes } from '../bytes/compare.ts'
import { type ReplicatedFeed, Replicator } from '../replicator/replicator.ts'
import type { Joinable } from '../session/channel.ts'
import { topicOf } from '../session/join-proof.ts'
import { FeedTree } from '../tree/feed-tree.ts'
import { proofIndexes } from '../tree/proof.ts'
import { leadsToId, type Verified } from '../tree/verifier.ts'
import { type WaitOptions, wait, waitFor } from '../wait/wait.ts'
import { type CommitTarget, Committer } from './committer.ts'
import type { Download } from './download.ts'
import { type FeedContext, type OpenedStorage, OpenFeed } from './open-feed.ts'
import { Waiters } from './waiters.ts'

/** A feed with an id: some of it is here, or all, and the rest comes from peers. */
export class IdentifiedFeed extends OpenFeed implements Joinable, ReplicatedFeed, CommitTarget {
  readonly id: Uint8Array
  readonly topic: Uint8Array
  readonly have = new PagedBitfield()
  readonly tree: FeedTree
  readonly replicator: Replicator
  readonly opening: Promise<void>
  readonly #waiters = new Waiters()
  readonly #committer = new Committer(this)
  readonly #downloads = new Set<Download>()
  readonly #proofs = new Map<number, readonly TreeNode[]>()
  readonly #onWanting: (feed: IdentifiedFeed) => void
  #storage: FeedStorage | undefined
  #rehash = true
  #key: Uint8Array
  #held = 0
  #byteLength = 0
  #lengthTold = false
  #last: Promise<unknown> = Promise.resolve()

  /** `key` is for the case that the store does not have the feed yet. `onWanting`: something is missing again. */
  constructor(
    context: FeedContext,
    { id, key, onWanting }: { id: Uint8Array; key: Uint8Array; onWanting: (feed: IdentifiedFeed) => void },
    open: () => Promise<OpenedStorage>
  ) {
    super(context)
    this.id = id
    this.#key = key
    this.#onWanting = onWanting
    this.topic = topicOf(context.sha256, id)
    this.tree = new FeedTree(id, (indexes) => this.#stored().getNodes(indexes))
    this.replicator = new Replicator(this, context.hash)
    this.opening = open().then((opened) => this.#load(opened))
    this.opening.catch(() => {})
  }

  get blocks(): number {
    return this.tree.blocks
  }

  get byteLength(): number {
    return this.#byteLength
  }

  /** How many blocks are here. */
  get held(): number {
    return this.#held
  }

  get complete(): boolean {
    return this.blocks > 0 && this.#held === this.blocks
  }

  get wanting(): boolean {
    return !this.complete
  }

  get congested(): boolean {
    return this.#committer.full
  }

  has(block: number): boolean {
    return this.have.has(block)
  }

  /** The block, from the store or, once a peer has sent it, from there; `null` past the feed's end. */
  async get(block: number, options: WaitOptions): Promise<Uint8Array | null> {
    await this.untilOpen(options)
    if (this.blocks > 0 && block >= this.blocks) return null
    if (this.have.has(block)) return this.#read(block)
    return wait<Uint8Array | null>(this.context.clock, options, (resolve, reject) => {
      const waiter = { resolve, reject }
      this.#waiters.add(block, waiter)
      this.replicator.want(block)
      return () => {
        this.#waiters.delete(block, waiter)
        this.replicator.unwant(block)
      }
    })
  }

  /** Resolves once the feed's length is known. */
  async ready(options: WaitOptions): Promise<void> {
    await this.untilOpen(options)
    if (this.blocks > 0) return
    // Any block brings the length; one past any end is answered when it is known.
    const range = { start: 0, end: Infinity }
    this.replicator.addRange(range)
    try {
      await wait(this.context.clock, options, (resolve, reject) => {
        const waiter = { resolve, reject }
        this.#waiters.add(Infinity, waiter)
        return () => this.#waiters.delete(Infinity, waiter)
      })
    } finally {
      this.replicator.deleteRange(range)
    }
  }

  /** Fetches a range of blocks, beside what is waited for, until it is here or the signal fires. */
  download(download: Download, signal: AbortSignal | undefined): void {
    const start = async () => {
      await this.untilOpen({ signal })
      this.#downloads.add(download)
      if (this.blocks > 0) this.#measure(download)
      if (this.#downloads.has(download)) this.replicator.addRange(download)
      await waitFor(this.context.clock, { signal }, download.done)
    }
    start().catch((error) => this.#cancel(download, error))
  }

  async check(block: number): Promise<boolean> {
    await this.untilOpen()
    const storage = this.#stored()
    const indexes = proofIndexes(block, this.blocks)
    const [data, nodes] = await Promise.all([storage.getBlock(block, { shared: true }), storage.getNodes(indexes)])
    if (data !== undefined && nodes.every((hash) => hash !== undefined)) {
      const proof = nodes.map((hash, i) => ({ index: indexes[i] as number, hash: hash as Uint8Array }))
      // Against the id alone: what is at hand must not stand in for what is stored.
      if (leadsToId(this.context.hash, this.id, { block, data, proof })) return true
    }
    this.tree.forget()
    await this.drop([block], data?.length)
    return false
  }

  /** Drops a range of blocks. */
  async clear(start: number, end: number): Promise<void> {
    const blocks: number[] = []
    let byteLength = 0
    for (let block = start; block < Math.min(end, this.blocks); block++) {
      if (!this.have.has(block)) continue
      blocks.push(block)
      byteLength += (await this.#stored().getBlock(block, { shared: true }))?.length ?? 0
    }
    await this.drop(blocks, byteLength)
  }

  /** Drops blocks, so that they are fetched again. Resolves once the store has forgotten them. */
  async drop(blocks: readonly number[], byteLength = 0): Promise<void> {
    await this.#exclusive(async () => {
      const here = blocks.filter((block) => this.have.has(block))
      const pages = this.complete ? Math.ceil(this.blocks / HAVE_PAGE_BLOCKS) : 0
      const changed = new Set(here.map((block) => Math.floor(block / HAVE_PAGE_BLOCKS)))
      for (let page = 0; page < pages; page++) changed.add(page)
      for (const block of here) this.have.delete(block)
      this.#held -= here.length
      this.#byteLength = Math.max(0, this.#byteLength - byteLength)
      const have = [...changed].map((page) => this.have.copyPage(page))
      await this.#stored().commit({ record: this.#record(), dropped: here, have }, this.#durability())
    })
    this.replicator.announceAll()
    this.#onWanting(this)
  }

  /** Stores blocks that are known to be this feed's, as when the same feed was written here once more. */
  async adopt(blocks: readonly Verified[]): Promise<void> {
    for (const verified of blocks) this.tree.trust(verified)
    for (const verified of blocks) this.#committer.add(verified)
    await this.#committer.idle()
  }

  store(block: Verified, proof: readonly TreeNode[]): void {
    this.#proofs.set(block.block, proof)
    this.#committer.add(block)
  }

  commit(change: Required<Pick<FeedChange, 'blocks' | 'nodes'>>): Promise<void> {
    return this.#exclusive(async () => {
      this.assertOpen()
      const added = change.blocks.filter(({ index }) => !this.have.has(index))
      let byteLength = this.#byteLength
      for (const { data } of added) byteLength += data.length
      const complete = this.#held + added.length === this.blocks
      const have = complete ? [] : this.have.pagesWith(added.map(({ index }) => index))
      await this.#stored().commit(
        { ...change, have, record: this.#record({ complete, byteLength }) },
        this.#durability()
      )
      this.#byteLength = byteLength
      this.#held += added.length
      for (const { index } of added) this.have.add(index)
      for (const download of this.#downloads) this.#advance(download, added)
    })
  }

  onCommitted(blocks: readonly Verified[]): void {
    for (const { block, data } of blocks) {
      this.emit('download', block, data, this.#proofs.get(block) ?? [])
      this.#proofs.delete(block)
      this.#waiters.arrived(block, data)
    }
    if (!this.#lengthTold) {
      this.#lengthTold = true
      this.#waiters.lengthKnown(this.blocks)
    }
    this.emit('update')
    this.replicator.stored(blocks.map(({ block }) => block))
  }

  onCommitFailed(blocks: readonly Verified[], error: Error): void {
    for (const { block } of blocks) this.#proofs.delete(block)
    // What was trusted with these blocks is not in the store: it must come again.
    this.tree.forget()
    if (this.#storage?.record === undefined || this.#storage.record.blocks === 0) this.tree.setRoots(0, [])
    this.#fail(error)
    this.replicator.notStored(blocks.map(({ block }) => block))
    this.emit('error', error)
  }

  async readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined> {
    if (!this.have.has(block)) return undefined
    const [data, proof] = await Promise.all([this.#read(block, { shared: true }), this.tree.proof(block)])
    return { data, proof }
  }

  onUploaded(block: number, data: Uint8Array): void {
    this.emit('upload', block, data)
  }

  onError(error: Error): void {
    this.emit('error', error)
  }

  override async close(): Promise<void> {
    const closing = super.close()
    this.#fail(new ClosedError('the feed was closed'))
    await closing
    await this.#committer.idle()
  }

  async #load({ storage, rehash }: OpenedStorage): Promise<void> {
    const { record } = storage
    if (record !== undefined) {
      this.#key = record.key
      this.#byteLength = record.byteLength
      if (record.complete) {
        this.have.fillTo(record.blocks)
        this.#held = record.blocks
      } else {
        for (const { page, bits } of await storage.getHave()) this.have.setPage(page, bits)
        this.#held = this.have.count(0, record.blocks)
      }
    }
    this.#storage = storage
    this.#rehash = rehash
    if (record !== undefined && record.blocks > 0) {
      await this.tree.loadRoots(record.blocks)
      if (!equalBytes(this.context.hash.id(this.tree.roots), this.id)) {
        throw new StorageError('the roots of the feed are damaged in the store: delete the feed and fetch it again')
      }
    }
    this.markOpened()
  }

  #stored(): FeedStorage {
    return this.#storage as FeedStorage
  }

  async #read(block: number, options?: { readonly shared: boolean }): Promise<Uint8Array> {
    const data = await this.#stored().getBlock(block, options)
    if (data !== undefined) {
      if (!this.#rehash || (await this.#isSound(block, data))) return data
    }
    this.assertOpen()
    await this.drop([block], data?.length)
    throw new BlockDamagedError(block)
  }

  async #isSound(block: number, data: Uint8Array): Promise<boolean> {
    const leaf = (await this.tree.load([2 * block])).get(2 * block)
    return leaf !== undefined && equalBytes(leaf, this.context.hash.leaf(data))
  }

  #measure(download: Download): void {
    const end = Math.min(download.end, this.blocks)
    const here = this.have.count(download.start, end)
    this.#finishAfter(download, download.advance(here, Math.max(0, end - download.start)))
  }

  #advance(download: Download, added: ReadonlyArray<{ readonly index: number }>): void {
    if (download.total === Infinity) return this.#measure(download)
    const advanced = added.filter(({ index }) => download.includes(index)).length
    this.#finishAfter(download, download.advance(advanced, download.total))
  }

  #cancel(download: Download, error: Error): void {
    if (this.#downloads.delete(download)) this.replicator.deleteRange(download)
    download.fail(error)
  }

  #finishAfter(download: Download, done: boolean): void {
    if (!done) return
    this.#downloads.delete(download)
    this.replicator.deleteRange(download)
  }

  #fail(error: Error): void {
    this.#waiters.rejectAll(error)
    for (const download of [...this.#downloads]) this.#cancel(download, error)
  }

  #record(changed: Partial<FeedRecord> = {}): FeedRecord {
    const { id, blocks, complete } = this
    return { key: this.#key, id, blocks, complete, byteLength: this.#byteLength, ...changed }
  }

  /** One after the other: each change of what is here begins where the one before it ended. */
  #exclusive<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change)
    this.#last = result.catch(() => {})
    return result
  }

  #durability() {
    return { durability: this.context.durability }
  }
}
