import { type Clock, type RandomBytes, VerificationError } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import { MAX_BLOCKS } from '../limits.ts'
import type { Channel } from '../session/channel.ts'
import type { VerifiedRun } from '../tree/range-verifier.ts'
import type { Run } from '../tree/subtree.ts'
import type { Claim } from '../tree/verifier.ts'
import type { RangeResponse } from '../wire/messages.ts'
import { type Asked, isOwed, requestFor } from './asking.ts'
import { Duplicates, type DuplicatesTarget, type LocalContent } from './duplicates.ts'
import type { ServedFeed } from './feed-peer.ts'
import { HotSwap, type SwapTarget } from './hot-swap.ts'
import { Pauses } from './pauses.ts'
import { type ChannelReplicator, PeerChannel } from './peer-channel.ts'
import type { PeerLink } from './peer-link.ts'
import { type BlockRange, Picker } from './picker.ts'

/** The feed that is replicated, as its replicator sees it. */
export interface ReplicatedFeed extends ServedFeed {
  /** Whether more is waiting to be stored than should be. */
  readonly congested: boolean
  /** Stores verified blocks; `stored` or `notStored` of the replicator follows. */
  store(run: VerifiedRun): void
  /** Whoever waits for something does so in vain: the store could not be read. */
  fail(error: Error): void
}

/** What a replicator takes from its surroundings. */
export interface ReplicatorContext {
  readonly clock: Clock
  readonly random: RandomBytes
}

/** Replicates one feed: who has what, what is wanted, what is in flight, what to ask next. */
export class Replicator implements ChannelReplicator, SwapTarget<PeerChannel>, DuplicatesTarget {
  readonly feed: ReplicatedFeed
  readonly #channels = new Set<PeerChannel>()
  /** Blocks that are asked for, with who owes them, or about to be stored: then nobody does. */
  readonly #busy = new Map<number, PeerChannel | undefined>()
  readonly #picker: Picker
  readonly #duplicates: Duplicates
  readonly #hotSwap: HotSwap<PeerChannel>
  /** Who was asked first for blocks that were asked of two. */
  readonly #swapped = new Map<number, PeerChannel>()
  /** What is paused with all peers. */
  readonly pauses = new Pauses(this.#channels)
  /** The first channel that the peer has not joined: as long as there is no other, it may be asked all the same. */
  #joining: { readonly channel: Channel; readonly link: PeerLink } | undefined
  #askingSoon = false
  #stopped = false

  constructor(feed: ReplicatedFeed, { clock, random }: ReplicatorContext, local: LocalContent) {
    this.feed = feed
    this.#picker = new Picker(feed.have, this.#busy, this.#channels, random)
    this.#hotSwap = new HotSwap(clock, this)
    this.#duplicates = new Duplicates(local, this)
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
    this.#watchUrgent()
    return peer
  }

  /** A peer has left, and will not answer for these blocks. */
  detach(peer: PeerChannel, blocks: readonly number[]): void {
    this.#channels.delete(peer)
    this.release(blocks, peer)
  }

  /** The feed is being closed: nothing more is asked for. */
  stop(): void {
    this.#stopped = true
    this.#hotSwap.stop()
  }

  /** Somebody waits for a block that is not here, and nobody did before. */
  want(block: number): void {
    this.#picker.wanted.add(block)
    if (!this.#picker.isOpen(block)) return
    for (const peer of this.#channels) this.offer(peer, [block])
    if (this.#askingSoon) return
    this.#askingSoon = true
    // One turn later, so that what is wanted by one caller is asked for together.
    void Promise.resolve().then(() => {
      this.#askingSoon = false
      this.#askEarly()
      for (const peer of this.quickestFirst()) if (peer.cursor.waiting > 0) peer.fetch(true)
      this.#watchUrgent()
    })
  }

  /** Nobody waits for it any more. */
  unwant(block: number): void {
    this.#picker.wanted.delete(block)
    this.#cancelUnneeded([block])
  }

  addRange(range: BlockRange): void {
    this.#picker.ranges[range.priority].add(range)
    if (range.priority === 'critical') this.#watchUrgent()
    this.#askEarly()
    for (const peer of this.#channels) {
      peer.cursor.rewind(range.start, range.priority)
      peer.fetch()
    }
  }

  deleteRange(range: BlockRange): void {
    this.#picker.ranges[range.priority].delete(range)
    this.#cancelUnneeded([...this.#busy.keys()])
  }

  /** What is to be asked of a peer next, at most so many blocks, which are busy from now on. */
  pick(peer: PeerChannel, most: number): Run | undefined {
    if (this.#stopped || this.feed.congested) return undefined
    const { tree } = this.feed
    // Until the feed's length is known, one block of a range is enough to learn it.
    const isKnown = tree.blocks > 0
    const end = tree.blocks || Infinity
    const size = evenSize(isKnown ? most : 1)
    const start = this.#picker.next(peer.cursor, peer.remoteHave, end, size, isKnown || this.#busy.size === 0)
    if (start === -1) return undefined
    const limit = Math.min(end, tree.rootEnd(start), start - (start % size) + size)
    const run = { start, end: this.#picker.runEnd(peer.cursor, peer.remoteHave, start, limit) }
    for (let block = run.start; block < run.end; block++) this.#busy.set(block, peer)
    return run
  }

  /** A peer was sent a Join and has not joined. */
  onJoining(channel: Channel, link: PeerLink): void {
    if (this.#joining?.channel.left === false) return
    this.#joining = { channel, link }
    this.#askEarly()
  }

  takeOver(peer: PeerChannel, { start, end }: Run): number[] {
    const unneeded: number[] = []
    for (let block = start; block < end; block++) {
      if (this.#isMissing(block)) {
        // The answer is on its way already.
        this.#busy.get(block)?.asking.cancel([block])
        this.#busy.set(block, peer)
      } else {
        unneeded.push(block)
      }
    }
    return unneeded
  }

  /** Blocks that somebody waits for and a peer has. */
  *wantedOf(remote: PagedBitfield): Generator<number, void> {
    for (const block of this.#picker.wanted) if (remote.has(block)) yield block
  }

  /** Some of these blocks may be asked of a peer that could not be before. */
  offer(peer: PeerChannel, blocks: readonly number[]): void {
    const { cursor, remoteHave } = peer
    for (const block of blocks) {
      if (!remoteHave.has(block) || !this.#picker.isOpen(block)) continue
      if (this.#picker.wanted.has(block)) cursor.want(block)
      else cursor.free(block)
    }
    // Most of what is noted is stale when callers come and go and the peer is never asked.
    if (cursor.waiting > 2 * this.#picker.wanted.size + 1024) cursor.replaceWanted(this.wantedOf(remoteHave))
  }

  /** Blocks will not come from the peer that they were asked of: others come first. */
  release(blocks: readonly number[], from: PeerChannel): void {
    for (const block of blocks) {
      if (this.#swapped.get(block) === from) this.#swapped.delete(block)
      // Another one was asked for it as well, and still is.
      if ((this.#busy.get(block) ?? from) === from) this.#busy.delete(block)
    }
    // Whoever it is that has the blocks; and while the feed's length is not known, all have waited for this one answer.
    for (const peer of [...this.#channels].sort((a, b) => Number(a === from) - Number(b === from))) {
      this.offer(peer, blocks)
      peer.fetch()
    }
  }

  /** A requested block has come. Throws a `VerificationError` when it is not the feed's. */
  onResponse(peer: PeerChannel, claim: Claim): void {
    this.#storing(claim.block, peer, true)
    this.#verify(peer, claim)
  }

  /** Blocks of a range have come. Throws a `VerificationError` when they are not the feed's. */
  onRange(peer: PeerChannel, asked: Asked, answer: RangeResponse): void {
    const { start, blocks } = answer
    // What was given up and comes all the same need not be asked for again.
    if (asked.givenUp > 0 && !blocks.some((_, i) => this.#isMissing(start + i))) asked.useless = true
    if (asked.useless) return
    const releaseOwed = () =>
      this.release(
        blocks.map((_, i) => start + i).filter((block) => isOwed(asked, block)),
        peer
      )
    // What it rests on was not stored after all, or read from a damaged store: that is not the peer's fault.
    if (asked.epoch !== this.feed.tree.epoch) return releaseOwed()
    let run: VerifiedRun
    try {
      asked.verifier ??= this.feed.tree.verifier(asked.trusted)
      run = asked.verifier.accept(answer, asked.next < asked.end)
    } catch (error) {
      if (asked.trusted?.isRoot !== false) throw error
      // From now on this peer's proofs must rest on the roots.
      peer.asking.rootsOnly = true
      this.feed.tree.forget()
      return releaseOwed()
    }
    const taken = run.blocks.filter(({ index }) => isOwed(asked, index) || this.#isMissing(index))
    for (const { index } of taken) this.#storing(index, peer, isOwed(asked, index))
    this.#store({ ...run, blocks: taken })
    this.#duplicates.look(run.frontier, { start, end: start + blocks.length })
  }

  /** A verified block is in the store. */
  stored(blocks: readonly number[]): void {
    for (const block of blocks) this.#busy.delete(block)
    for (const peer of this.#channels) peer.announcements.add(blocks)
    for (const peer of this.#channels) peer.fetch()
  }

  /** Verified blocks could not be stored; who waited for them was told. */
  notStored(blocks: readonly number[]): void {
    for (const block of blocks) this.#busy.delete(block)
    for (const peer of this.#channels) peer.announcements.send()
  }

  /** Blocks that were here are no more. */
  dropped(blocks: readonly number[]): void {
    for (const peer of this.#channels) {
      peer.announcements.addAll()
      this.offer(peer, blocks)
      peer.fetch()
    }
  }

  /** Asks for the first block that is wanted, where there is nobody else to ask. */
  #askEarly(): void {
    if (!this.#joining || this.#stopped || this.#channels.size > 0) return
    const { channel, link } = this.#joining
    if (channel.left || channel.early || this.pauses.has('fetch') || link.pauses.has('fetch')) return
    const { tree } = this.feed
    for (const start of this.#picker.foremost(tree.blocks || MAX_BLOCKS)) {
      if (!this.#picker.isOpen(start)) continue
      return channel.askEarly(requestFor(tree, { start, end: start + 1 }, false))
    }
  }

  #watchUrgent(): void {
    if (this.#channels.size > 1) this.#hotSwap.watch()
  }

  /** A block has come. Whoever owes it as well is told: `from` itself, if it came in answer to what it does not owe. */
  #storing(block: number, from: PeerChannel, owed: boolean): void {
    const asked = this.#busy.get(block)
    const other = this.#swapped.get(block)
    this.#busy.set(block, undefined)
    this.#swapped.delete(block)
    if (!owed || asked !== from) asked?.asking.cancel([block])
    if (other !== from) other?.asking.cancel([block])
  }

  /** What hot swapping may be for. */
  urgent(): Iterable<number> {
    return this.#picker.foremost(this.feed.tree.blocks || MAX_BLOCKS, ['critical'])
  }

  owner(block: number): PeerChannel | undefined {
    return this.#busy.get(block)
  }

  /** Asks another peer for a block that one owes. */
  swap(block: number, to: PeerChannel): void {
    if (this.#swapped.has(block)) return
    this.#swapped.set(block, this.#busy.get(block) as PeerChannel)
    this.#busy.set(block, to)
    to.asking.ask({ start: block, end: block + 1 })
  }

  /** Whether a block that is reserved is to be fetched. */
  isOpen(block: number): boolean {
    return !this.#busy.has(block) && this.#isMissing(block)
  }

  reserve(run: Run): void {
    this.#picker.reserved.add(run)
  }

  /** Blocks were found here. */
  adopt(run: VerifiedRun): void {
    if (this.#stopped) return
    for (const { index } of run.blocks) this.#busy.set(index, undefined)
    this.#store(run)
  }

  /** Blocks were verified. */
  #store(run: VerifiedRun): void {
    this.feed.tree.trust(run)
    this.feed.store(run)
  }

  /** What was not found of a run is asked of peers. */
  free(run: Run): void {
    this.#picker.reserved.delete(run)
    for (const peer of this.#channels) {
      peer.cursor.replaceWanted(this.wantedOf(peer.remoteHave))
      peer.cursor.rewind(run.start)
      peer.fetch(peer.cursor.waiting > 0)
    }
  }

  /** Whether a block is wanted, and not here: it may be under way. */
  #isMissing(block: number): boolean {
    const isStored = this.feed.have.has(block) || (this.#busy.has(block) && !this.#busy.get(block))
    return !isStored && this.#picker.isNeeded(block)
  }

  /** Takes back what was asked for and nobody needs any more. A peer of version 0 sends it all the same. */
  #cancelUnneeded(blocks: readonly number[]): void {
    if (this.#stopped) return
    for (const peer of this.#channels) {
      if (!peer.channel.ranges) continue
      const cancelled = blocks.filter((block) => this.#busy.get(block) === peer && !this.#picker.isNeeded(block))
      if (cancelled.length === 0) continue
      for (const block of cancelled) this.#busy.delete(block)
      peer.asking.cancel(cancelled)
      peer.fetch()
    }
  }

  /** All peers, those first that answer soonest; one that has not answered yet may be quicker than any. */
  quickestFirst(): PeerChannel[] {
    const time = (peer: PeerChannel) => peer.link.window.roundTripTime ?? 0
    return [...this.#channels].sort((a, b) => time(a) - time(b))
  }

  /** Verifies a block, with the nodes that were `loaded` for it, where its proof is cut short. */
  #verify(peer: PeerChannel, claim: Claim, loaded?: ReadonlyMap<number, Uint8Array>): void {
    const { block } = claim
    const { tree } = this.feed
    try {
      const result = tree.verify(claim, loaded)
      if (!('needs' in result)) {
        this.#store(result)
        return this.#duplicates.look(result.nodes, { start: block, end: block + 1 })
      }
      if (loaded) throw new VerificationError('the proof is too short')
      const onLoaded = (loaded: ReadonlyMap<number, Uint8Array>) => this.#verify(peer, claim, loaded)
      const onError = (error: Error) => {
        this.#busy.delete(block)
        this.feed.fail(error)
        this.feed.emit('error', error)
      }
      tree
        .load(result.needs)
        .then(onLoaded, onError)
        .catch((error: Error) => peer.link.session.destroy(error))
    } catch (error) {
      this.release([block], peer)
      throw error
    }
  }
}

/** As many of at most `most` blocks as a subtree has: the proofs of runs that end where subtrees do are shortest. */
function evenSize(most: number): number {
  return 2 ** (31 - Math.clz32(most))
}
