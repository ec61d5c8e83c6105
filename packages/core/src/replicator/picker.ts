import type { RandomBytes } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { Run } from '../tree/subtree.ts'
import type { PeerCursor } from './peer-cursor.ts'
import { PRIORITIES, type Priority } from './priority.ts'
import { mergeRuns } from './runs.ts'

/** How far into a range somebody looks who has no cursor. */
const MOST_LOOKED_AT = 4096
/** So many blocks are compared, by how many of so many peers have them: each choice takes bounded time. */
const PROBES = 8
const MOST_PEERS = 16

/** A peer, as far as it may have blocks. */
export interface Holder {
  readonly remoteHave: PagedBitfield
}

/** A run of blocks that is wanted; an `end` of `Infinity` stands for the end of the feed. */
export interface BlockRange extends Run {
  readonly priority: Priority
}

/** What to ask of whom, for one feed. Each choice costs O(1) amortized: nothing is scanned twice. */
export class Picker {
  /** The blocks that somebody waits for, in the order of asking. */
  readonly wanted = new Set<number>()
  /** Of these ranges nothing is offered. */
  readonly reserved = new RangeSet()
  readonly #have: PagedBitfield
  readonly #busy: ReadonlyMap<number, unknown>
  readonly ranges: Record<Priority, RangeSet> = {
    critical: new RangeSet(),
    high: new RangeSet(),
    normal: new RangeSet()
  }
  readonly #holders: ReadonlySet<Holder>
  readonly #random: RandomBytes

  /**
   * `have` are the blocks that are here, `busy` those that are asked for or about to be stored, `holders` all peers.
   */
  constructor(
    have: PagedBitfield,
    busy: ReadonlyMap<number, unknown>,
    holders: ReadonlySet<Holder>,
    random: RandomBytes
  ) {
    this.#have = have
    this.#busy = busy
    this.#holders = holders
    this.#random = random
  }

  /**
   * Blocks below `end` as they would be asked for if a peer had all: those that somebody waits for, and the first of
   * ranges of these priorities. Some may be here.
   */
  *foremost(end: number, priorities: readonly Priority[] = PRIORITIES): Generator<number, void> {
    for (const block of this.wanted) if (block < end) yield block
    for (const range of priorities.flatMap((priority) => this.ranges[priority].merged)) {
      const last = Math.min(range.end, end, range.start + MOST_LOOKED_AT)
      for (let block = range.start; block < last; block++) yield block
    }
  }

  /** Whether somebody waits for the block, or it is in a range. */
  isNeeded(block: number): boolean {
    const { critical, high, normal } = this.ranges
    return this.wanted.has(block) || normal.has(block) || high.has(block) || critical.has(block)
  }

  /** Whether the block is wanted and neither here nor under way. */
  isOpen(block: number): boolean {
    return this.#isFree(block) && this.isNeeded(block)
  }

  /**
   * The next block below `end` to ask of a peer that has `remote`; -1 when there is none. `run`: so many blocks are asked
   * for together, where they are free. `ranges` false leaves out what nobody waits for right now.
   */
  next(cursor: PeerCursor, remote: PagedBitfield, end: number, run = 1, ranges = true): number {
    for (let block = cursor.shiftWanted(); block !== undefined; block = cursor.shiftWanted()) {
      if (block < end && this.wanted.has(block) && this.#isFree(block) && remote.has(block)) return block
    }
    if (!ranges) return -1
    for (let block = cursor.popBehind(); block !== undefined; block = cursor.popBehind()) {
      if (block < end && this.isOpen(block) && remote.has(block)) return block
    }
    for (const priority of PRIORITIES) {
      const rarest = priority === 'normal' ? this.#rarest(remote, end, run) : -1
      if (rarest !== -1) return rarest
      const block = this.#nextOfRanges(priority, cursor, remote, end)
      if (block !== -1) return block
    }
    return -1
  }

  /**
   * The block behind the last of those that can be asked of a peer together with `first`, which it was given by `next`:
   * at most `limit`.
   */
  runEnd(cursor: PeerCursor, remote: PagedBitfield, first: number, limit: number): number {
    let end = first + 1
    while (end < limit && remote.has(end) && this.isOpen(end)) end++
    cursor.passed(first, end)
    return end
  }

  #nextOfRanges(priority: Priority, cursor: PeerCursor, remote: PagedBitfield, feedEnd: number): number {
    for (const range of this.ranges[priority].merged) {
      const end = Math.min(range.end, feedEnd)
      const from = cursor.positions[priority]
      if (from >= end) continue
      let block = remote.nextMissingIn(this.#have, Math.max(range.start, from), end)
      while (block !== -1 && !this.#isFree(block)) {
        block = remote.nextMissingIn(this.#have, Math.max(block + 1, this.reserved.endOf(block)), end)
      }
      if (block !== -1) {
        cursor.positions[priority] = block + 1
        return block
      }
      cursor.positions[priority] = Math.max(from, Math.min(end, remote.end))
    }
    return -1
  }

  /**
   * The rarest of some blocks of normal priority that are looked at, at random, where runs of `run` blocks begin; -1 where
   * all peers have whatever was looked at: then no order is better than another. Blocks that few have spread when they
   * are asked for first: peers that fetch the same feed then have something to give each other, and none of it is lost
   * with one peer.
   */
  #rarest(remote: PagedBitfield, feedEnd: number, run: number): number {
    const { merged } = this.ranges.normal
    const start = merged[0]?.start ?? 0
    const end = Math.min(merged.at(-1)?.end ?? 0, feedEnd)
    const holders = this.#holders.size
    if (holders < 2 || end === Infinity || end - start < 2) return -1
    const places = new DataView(this.#random(PROBES * 4).buffer)
    let rarest = -1
    let fewest = Math.min(holders, MOST_PEERS)
    for (let i = 0; i < PROBES; i++) {
      const place = start + Math.floor((places.getUint32(i * 4) / 2 ** 32) * (end - start))
      const block = remote.nextMissingIn(this.#have, Math.max(start, place - (place % run)), end)
      if (block === -1 || !this.isOpen(block)) continue
      const holding = this.#holding(block, fewest)
      if (holding >= fewest) continue
      fewest = holding
      rarest = block
    }
    return rarest
  }

  /** How many peers have the block, counted up to `most`. */
  #holding(block: number, most: number): number {
    let holding = 0
    let seen = 0
    for (const { remoteHave } of this.#holders) {
      if (seen++ === MOST_PEERS || holding === most) break
      if (remoteHave.has(block)) holding++
    }
    return holding
  }

  #isFree(block: number): boolean {
    return !this.#have.has(block) && !this.#busy.has(block) && this.reserved.endOf(block) === -1
  }
}

/** Ranges that may overlap, merged. */
class RangeSet {
  readonly #ranges = new Set<Run>()
  /** In ascending order, none touching the next. */
  merged: readonly Run[] = []

  add(range: Run): void {
    this.merged = mergeRuns(this.#ranges.add(range))
  }

  delete(range: Run): void {
    if (this.#ranges.delete(range)) this.merged = mergeRuns(this.#ranges)
  }

  has(block: number): boolean {
    return this.endOf(block) !== -1
  }

  /** The end of the range that has the block; -1 where none has. */
  endOf(block: number): number {
    if (this.merged.length === 0) return -1
    // Binary search: the last range that begins at or before the block.
    let low = 0
    let high = this.merged.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.merged[middle] as Run).start <= block) low = middle + 1
      else high = middle
    }
    const range = this.merged[low - 1]
    return range && block < range.end ? range.end : -1
  }
}
