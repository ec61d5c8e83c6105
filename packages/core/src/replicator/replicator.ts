import { type TreeNode, VerificationError } from '@anyfeed/interfaces'
import { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { MAX_BITFIELD_BLOCKS, MAX_HAVE_BLOCKS } from '../limits.ts'
import type { Channel } from '../session/channel.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import { type Claim, type Verified, verifyBlock } from '../tree/verifier.ts'
import { PeerChannel } from './peer-channel.ts'
import type { PeerLink } from './peer-link.ts'
import { type BlockRange, Picker } from './picker.ts'

const NOTHING = new PagedBitfield()

/** The feed that is replicated, as its replicator sees it. */
export interface ReplicatedFeed {
  readonly tree: FeedTree
  readonly have: PagedBitfield
  /** Whether more is waiting to be stored than should be. */
  readonly congested: boolean
  /** Stores a verified block; `stored` or `notStored` of the replicator follows. */
  store(block: Verified, proof: readonly TreeNode[]): void
  /** A block and its proof for a peer; `undefined` when it is not here. */
  readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined>
  onUploaded(block: number, data: Uint8Array): void
  onError(error: Error): void
}

/** Replicates one feed: who has what, what is wanted, what is in flight, what to ask next. */
export class Replicator {
  readonly #feed: ReplicatedFeed
  readonly #hash: TreeHash
  readonly #channels = new Set<PeerChannel>()
  /** Blocks that are asked for, or about to be stored. */
  readonly #busy = new Map<number, PeerChannel | 'storing'>()
  readonly #picker: Picker

  constructor(feed: ReplicatedFeed, hash: TreeHash) {
    this.#feed = feed
    this.#hash = hash
    this.#picker = new Picker(feed.have, this.#busy)
  }

  /** The number of peers on the feed. */
  get peers(): number {
    return this.#channels.size
  }

  /** A peer has joined the feed. */
  attach(channel: Channel, link: PeerLink): PeerChannel {
    const peer = new PeerChannel(this, channel, link)
    this.#channels.add(peer)
    peer.begin()
    return peer
  }

  /** A peer has left, and will not answer for these blocks. */
  detach(peer: PeerChannel, blocks: readonly number[]): void {
    this.#channels.delete(peer)
    for (const block of blocks) this.release(block, peer)
  }

  /** Somebody waits for a block that is not here. */
  want(block: number): void {
    if (!this.#picker.want(block) || !this.#picker.isOpen(block)) return
    for (const peer of this.#channels) if (peer.remoteHave.has(block)) peer.cursor.wanted.push(block)
    for (const peer of this.#channels) {
      if (this.#busy.has(block)) return
      if (peer.remoteHave.has(block)) peer.fetch(true)
    }
  }

  unwant(block: number): void {
    this.#picker.unwant(block)
  }

  addRange(range: BlockRange): void {
    this.#picker.addRange(range)
    for (const peer of this.#channels) {
      peer.cursor.position = Math.min(peer.cursor.position, range.start)
      peer.fetch()
    }
  }

  deleteRange(range: BlockRange): void {
    this.#picker.deleteRange(range)
  }

  /** What is to be asked of a peer next, which is busy from now on; -1 when there is nothing. */
  pick(peer: PeerChannel): number {
    if (this.#feed.congested) return -1
    const { blocks } = this.#feed.tree
    // Until the feed's length is known, one block of a range is enough to learn it.
    const ranges = blocks > 0 || this.#busy.size === 0
    const block = this.#picker.next(peer.cursor, peer.remoteHave, ranges)
    if (block === -1 || (blocks > 0 && block >= blocks)) return -1
    this.#busy.set(block, peer)
    return block
  }

  /** Blocks that somebody waits for and a peer has. */
  *wantedOf(remote: PagedBitfield): Generator<number, void> {
    for (const block of this.#picker.wanted()) if (remote.has(block)) yield block
  }

  /** A peer has more blocks. */
  onRemoteHave(peer: PeerChannel, blocks: readonly number[]): void {
    for (const block of blocks) if (this.#picker.isOpen(block)) this.#offer(peer, block)
  }

  /** A block will not come from the peer that it was asked of: others come first. */
  release(block: number, from: PeerChannel): void {
    this.#busy.delete(block)
    if (!this.#picker.isOpen(block)) return
    const left = this.#channels.has(from) ? [from] : []
    for (const peer of [...this.#channels].filter((other) => other !== from).concat(left)) {
      if (this.#busy.has(block)) return
      if (!peer.remoteHave.has(block)) continue
      this.#offer(peer, block)
      peer.fetch()
    }
  }

  /** A requested block has come. Throws a `VerificationError` when it is not the feed's. */
  onResponse(peer: PeerChannel, claim: Claim): void {
    this.#busy.set(claim.block, 'storing')
    try {
      const result = verifyBlock(this.#hash, this.#feed.tree, claim)
      if ('needs' in result) void this.#verifyAfterLoading(peer, claim, result.needs)
      else this.#accept(result, claim)
    } catch (error) {
      this.release(claim.block, peer)
      throw error
    }
  }

  /** A verified block is in the store. */
  stored(blocks: readonly number[]): void {
    for (const block of blocks) this.#busy.delete(block)
    for (const peer of this.#channels) peer.announce(blocks)
    for (const peer of this.#channels) peer.fetch()
  }

  /** Verified blocks could not be stored. */
  notStored(blocks: readonly number[]): void {
    for (const block of blocks) this.#busy.delete(block)
  }

  /** Everyone is told anew what is here, because something is no more. */
  announceAll(): void {
    for (const peer of this.#channels) peer.announceAll()
  }

  canServe(block: number): boolean {
    return block < this.#feed.tree.blocks && this.#feed.have.has(block)
  }

  readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined> {
    return this.#feed.readForPeer(block)
  }

  onUploaded(block: number, data: Uint8Array): void {
    this.#feed.onUploaded(block, data)
  }

  onError(error: Error): void {
    this.#feed.onError(error)
  }

  /** What a peer is told of all that is here: a bitfield, and lists of what lies beyond it. */
  *announcement(): Generator<{ blocks: readonly number[]; bitfield?: Uint8Array }, void> {
    const { have, tree } = this.#feed
    yield { blocks: [], bitfield: have.toBytes(Math.min(tree.blocks, MAX_BITFIELD_BLOCKS)) }
    let blocks: number[] = []
    let block = have.nextMissingIn(NOTHING, MAX_BITFIELD_BLOCKS, tree.blocks)
    for (; block !== -1; block = have.nextMissingIn(NOTHING, block + 1, tree.blocks)) {
      blocks.push(block)
      if (blocks.length < MAX_HAVE_BLOCKS) continue
      yield { blocks }
      blocks = []
    }
    if (blocks.length > 0) yield { blocks }
  }

  #offer(peer: PeerChannel, block: number): void {
    if (this.#picker.isWanted(block)) peer.cursor.wanted.push(block)
    else if (block < peer.cursor.position) peer.cursor.behind.push(block)
  }

  async #verifyAfterLoading(peer: PeerChannel, claim: Claim, needs: readonly number[]): Promise<void> {
    try {
      const loaded = await this.#feed.tree.load(needs)
      const tree = this.#feed.tree
      const node = (index: number) => tree.node(index) ?? loaded.get(index)
      const result = verifyBlock(this.#hash, { id: tree.id, blocks: tree.blocks, node }, claim)
      if ('needs' in result) throw incomplete(claim.block)
      this.#accept(result, claim)
    } catch (error) {
      this.#busy.delete(claim.block)
      if (error instanceof VerificationError) peer.link.session.destroy(error)
      else this.#feed.onError(error as Error)
      this.release(claim.block, peer)
    }
  }

  #accept(verified: Verified, claim: Claim): void {
    this.#feed.tree.trust(verified)
    this.#feed.store(verified, claim.proof)
  }
}

function incomplete(block: number): VerificationError {
  return new VerificationError(`the proof of block ${block} leaves out nodes that are not known here`)
}
