import { ProtocolError } from '@anyfeed/interfaces'
import type { Channel, EarlyRequest } from '../session/channel.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { RangeVerifier, TrustedTop } from '../tree/range-verifier.ts'
import type { Run } from '../tree/subtree.ts'
import { RANGE_CANCEL, RANGE_REQUEST, type RangeResponse } from '../wire/messages.ts'
import type { Asking } from './asking.ts'
import type { LinkChannel, PeerLink } from './peer-link.ts'
import type { Request } from './requests.ts'

/** Requests given up lately whose answers may still come. */
const MAX_GIVEN_UP = 1024

/** A range that was asked for. */
export interface AskedRange {
  readonly end: number
  /** What its answers are verified with, one after the other. */
  readonly verifier: RangeVerifier
  /** Whether it rests on a node that may have been read from the store. */
  readonly belowRoots: boolean
  readonly trustEpoch: number
  readonly request: Request<LinkChannel>
  /** The first block that has not come, nor was passed over. */
  next: number
  answered: boolean
  /** Blocks that are not owed any more. */
  readonly cancelled: Set<number>
  /** It was given up as a whole. */
  givenUp: boolean
  /** What comes of it was passed over once: the rest cannot be verified. */
  useless: boolean
}

/** An answer that is owed. */
export interface OwedAnswer {
  readonly range: AskedRange
  /** Blocks that were owed and will not come. */
  readonly passedOver: number[]
}

/** Asks a peer of version 1, range by range. */
export class RangeAsking implements Asking {
  /** Proofs must rest on the roots, as far as this peer is concerned. */
  rootsOnly = false
  readonly #channel: Channel
  readonly #link: PeerLink
  readonly #owner: LinkChannel
  readonly #tree: FeedTree
  readonly #ranges = new Map<number, AskedRange>()
  readonly #givenUp = new Map<number, AskedRange>()
  #nextId = 0
  #size = 0

  constructor(channel: Channel, link: PeerLink, owner: LinkChannel, tree: FeedTree) {
    this.#channel = channel
    this.#link = link
    this.#owner = owner
    this.#tree = tree
  }

  get size(): number {
    return this.#size
  }

  blocks(): number[] {
    return [...this.#ranges.values()].flatMap((range) => owed(range, range.end))
  }

  ask(run: Run): void {
    const trusted = this.#tree.trustedAbove(run, this.rootsOnly)
    const id = this.#open(run, trusted, this.#tree.epoch)
    const { start, end } = run
    this.#channel.send({ type: RANGE_REQUEST, id, start, count: end - start, top: trusted?.top.index })
  }

  /** The peer was asked for this along with our Join. */
  askedEarly({ run, trusted, trustEpoch }: EarlyRequest): void {
    const id = this.#open(run, trusted, trustEpoch)
    // Nobody noted when that was: its answer tells nothing of the link.
    ;(this.#ranges.get(id) as AskedRange).answered = true
  }

  #open(run: Run, trusted: TrustedTop | undefined, trustEpoch: number): number {
    const id = this.#nextId++
    const count = run.end - run.start
    this.#ranges.set(id, {
      end: run.end,
      verifier: this.#tree.verifier(trusted),
      belowRoots: trusted !== undefined && !trusted.isRoot,
      trustEpoch,
      request: this.#link.requests.add(count, this.#owner),
      next: run.start,
      answered: false,
      cancelled: new Set(),
      givenUp: false,
      useless: false
    })
    this.#size += count
    return id
  }

  /** Takes an answer in, which may be one that was given up. Throws for one that was never asked for. */
  onResponse({ id, start, blocks, last }: RangeResponse): OwedAnswer {
    const range = this.#ranges.get(id) ?? this.#givenUp.get(id)
    if (range === undefined) throw new ProtocolError(`request ${id} is not open`)
    const end = start + blocks.length
    if ((blocks.length > 0 && start < range.next) || end > range.end) {
      throw new ProtocolError(`blocks from ${start} to ${end} were not asked for`)
    }
    if (range.givenUp) {
      range.next = end
      if (last || end === range.end) this.#givenUp.delete(id)
      return { range, passedOver: [] }
    }
    const over = last || end === range.end
    const passedOver = owed(range, start)
    range.next = end
    if (over) {
      passedOver.push(...owed(range, range.end))
      range.next = range.end
      this.#ranges.delete(id)
    }
    const came = blocks.length - countWithin(range.cancelled, start, end)
    this.#shrink(range, came + passedOver.length)
    if (over) this.#link.requests.delete(range.request)
    if (blocks.length > 0) {
      let bytes = 0
      for (const block of blocks) bytes += block.length
      this.#link.answered(range.request, { blocks: blocks.length, bytes, first: !range.answered })
      range.answered = true
    }
    return { range, passedOver }
  }

  expire(request: object): number[] {
    for (const [id, range] of this.#ranges) if (range.request === request) return this.#takeBack(id, range)
    return []
  }

  cancel(blocks: readonly number[]): void {
    for (const [id, range] of this.#ranges) {
      const mine = blocks.filter((b) => b >= range.next && b < range.end && !range.cancelled.has(b))
      if (mine.length === 0) continue
      if (mine.length === range.request.blocks) this.#takeBack(id, range)
      else {
        for (const run of runsOf(mine)) this.#sendCancel(id, run)
        for (const block of mine) range.cancelled.add(block)
        this.#shrink(range, mine.length)
      }
    }
  }

  abandon(told: boolean): number[] {
    return [...this.#ranges].flatMap(([id, range]) => (told ? this.#takeBack(id, range) : this.#giveUp(id, range)))
  }

  #takeBack(id: number, range: AskedRange): number[] {
    this.#sendCancel(id, { start: range.next, end: range.end })
    return this.#giveUp(id, range)
  }

  #sendCancel(id: number, { start, end }: Run): void {
    this.#channel.send({ type: RANGE_CANCEL, id, start, count: end - start })
  }

  #giveUp(id: number, range: AskedRange): number[] {
    const blocks = owed(range, range.end)
    this.#shrink(range, blocks.length)
    this.#link.requests.delete(range.request)
    this.#ranges.delete(id)
    range.givenUp = true
    this.#givenUp.set(id, range)
    for (const oldest of this.#givenUp.keys()) {
      if (this.#givenUp.size <= MAX_GIVEN_UP) break
      this.#givenUp.delete(oldest)
    }
    return blocks
  }

  #shrink(range: AskedRange, blocks: number): void {
    this.#size -= blocks
    this.#link.requests.shrink(range.request, blocks)
  }
}

/** The blocks of a range that are owed and lie below `end`. */
function owed(range: AskedRange, end: number): number[] {
  const blocks: number[] = []
  for (let block = range.next; block < end; block++) if (!range.cancelled.has(block)) blocks.push(block)
  return blocks
}

function countWithin(blocks: ReadonlySet<number>, start: number, end: number): number {
  let count = 0
  for (const block of blocks) if (block >= start && block < end) count++
  return count
}

/** Ascending blocks as runs of neighbours. */
function runsOf(blocks: readonly number[]): Run[] {
  const runs: Array<{ start: number; end: number }> = []
  for (const block of blocks) {
    const last = runs.at(-1)
    if (last?.end === block) last.end++
    else runs.push({ start: block, end: block + 1 })
  }
  return runs
}
