import { ProtocolError } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { RunRequest } from '../session/channel.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { RangeVerifier } from '../tree/range-verifier.ts'
import type { Run } from '../tree/subtree.ts'
import { CANCEL, RANGE_CANCEL, REQUEST } from '../wire/messages.ts'
import type { FeedPeer } from './feed-peer.ts'
import type { LinkRequest } from './peer-link.ts'
import { mergeRuns } from './runs.ts'

/** Requests given up lately whose answers may still come: so many ranges, or single blocks. */
const MAX_RANGES_GIVEN_UP = 1024
const MAX_BLOCKS_GIVEN_UP = 8192

/** A run of blocks that was asked for: one block of a peer of version 0. */
export interface Asked extends LinkRequest, RunRequest {
  /** What the peer calls it in its answers: of version 0, the block. */
  readonly id: number
  /** The first block that has not come, nor was passed over. */
  next: number
  /** What its answers are verified with, one after the other: made for the first. */
  verifier?: RangeVerifier
  /** Blocks that are not owed any more. */
  cancelled?: Set<number>
  /** When it was given up as a whole: how many times the peer may still answer in full. */
  givenUp: number
  /** What comes of it was passed over once: the rest cannot be verified. */
  useless?: boolean
}

/** A request for a run of blocks that rests on what is trusted now. `rootsOnly`: on nothing but a root. */
export function requestFor(tree: FeedTree, run: Run, rootsOnly: boolean): RunRequest {
  return { ...run, trusted: tree.trustedAbove(run, rootsOnly), epoch: tree.epoch }
}

/** Whether a block of what was asked for is owed. */
export function isOwed(asked: Asked, block: number): boolean {
  return asked.givenUp === 0 && !asked.cancelled?.has(block)
}

/** What one peer was asked for on one feed, and owes: block by block of version 0, range by range of version 1. */
export class Asking {
  /** Proofs must rest on the roots, as far as this peer is concerned. */
  rootsOnly = false
  readonly #peer: FeedPeer
  readonly #open = new Map<number, Asked>()
  readonly #givenUp = new Map<number, Asked>()
  #nextId = 0

  constructor(peer: FeedPeer) {
    this.#peer = peer
  }

  /** Whether an answer is to come. */
  get waits(): boolean {
    return this.#open.size > 0
  }

  /** Asks for a run of blocks: for one, of version 0. */
  ask(run: Run): void {
    if (this.#peer.channel.ranges) {
      const asked = this.#add(requestFor(this.#peer.feed.tree, run, this.rootsOnly))
      this.#peer.channel.askRange(asked.id, asked)
    } else {
      this.#peer.channel.send({ type: REQUEST, block: this.#add(run).id })
    }
  }

  /** The peer was asked for this along with our Join. */
  askedEarly(request: RunRequest): void {
    // Nobody noted when that was: its answer tells nothing of the link.
    this.#add(request).answered = true
  }

  /** What an answer is to, which may have been given up. Throws for what was never asked for. */
  of(id: number, isRange: boolean): Asked {
    const asked = this.#open.get(id) ?? this.#givenUp.get(id)
    if (!asked || isRange !== this.#peer.channel.ranges) throw new ProtocolError(`answer ${id} was not asked for`)
    return asked
  }

  /** Takes an answer in. Returns blocks that were owed and will not come. Throws for blocks that were not asked for. */
  onAnswer(asked: Asked, start: number, blocks: number, bytes: number, last: boolean): number[] {
    const end = start + blocks
    if ((blocks > 0 && start < asked.next) || end > asked.end) {
      throw new ProtocolError(`some of answer ${asked.id} was not asked for`)
    }
    const over = last || end === asked.end
    if (asked.givenUp > 0) {
      if (!over) asked.next = end
      else if (asked.givenUp > 1) asked.givenUp--
      else this.#givenUp.delete(asked.id)
      return []
    }
    const until = over ? asked.end : end
    const passedOver = this.#settle(asked, until, start, end)
    asked.next = until
    if (over) this.#close(asked)
    if (blocks > 0) this.#peer.link.answered(asked, blocks, bytes)
    return passedOver
  }

  /** Blocks that are owed are not needed any more: the peer is told. Those that come all the same are forgiven. */
  cancel(blocks: readonly number[]): void {
    for (const asked of this.#open.values()) {
      const mine = blocks.filter((block) => block >= asked.next && block < asked.end && isOwed(asked, block))
      if (mine.length === 0) continue
      const runs = mergeRuns(mine.map((block) => ({ start: block, end: block + 1 })))
      for (const { start, end } of runs) this.#sendCancel(asked, start, end)
      this.#peer.link.owe(asked, -mine.length)
      asked.cancelled ??= new Set()
      for (const block of mine) asked.cancelled.add(block)
      if (asked.blocks === 0) this.#giveUp(asked)
    }
  }

  /** Gives up what was asked for, and tells the peer. Returns the blocks that were owed. */
  takeBack(asked: Asked): number[] {
    this.#sendCancel(asked, asked.next, asked.end)
    return this.#giveUp(asked)
  }

  /** Nothing is owed any more, but for blocks of `kept`. `told`: the peer must be told. Returns the blocks that were. */
  abandon(told: boolean, kept?: PagedBitfield): number[] {
    const given = [...this.#open.values()].filter(({ next }) => !kept?.has(next))
    return given.flatMap((asked) => (told ? this.takeBack(asked) : this.#giveUp(asked)))
  }

  #add(request: RunRequest): Asked {
    const asked: Asked = {
      ...request,
      id: this.#peer.channel.ranges ? this.#nextId++ : request.start,
      owner: this.#peer,
      blocks: 0,
      sentAt: 0,
      sequence: 0,
      answered: false,
      next: request.start,
      givenUp: 0
    }
    this.#open.set(asked.id, asked)
    this.#peer.link.add(asked)
    this.#peer.link.owe(asked, asked.end - asked.start)
    return asked
  }

  #sendCancel({ id }: Asked, start: number, end: number): void {
    if (this.#peer.channel.ranges) this.#peer.channel.send({ type: RANGE_CANCEL, id, start, count: end - start })
    else this.#peer.channel.send({ type: CANCEL, block: start })
  }

  #giveUp(asked: Asked): number[] {
    const blocks = this.#settle(asked, asked.end)
    this.#close(asked)
    asked.givenUp = 1 + (this.#givenUp.get(asked.id)?.givenUp ?? 0)
    this.#givenUp.set(asked.id, asked)
    const [oldest] = this.#givenUp.keys()
    const most = this.#peer.channel.ranges ? MAX_RANGES_GIVEN_UP : MAX_BLOCKS_GIVEN_UP
    if (this.#givenUp.size > most) this.#givenUp.delete(oldest as number)
    return blocks
  }

  /** What is owed below `until` is not so any more. Returns those blocks that have not come: all, but for `start` to `end`. */
  #settle(asked: Asked, until: number, start = until, end = until): number[] {
    const missing: number[] = []
    let settled = 0
    for (let block = asked.next; block < until; block++) {
      if (!isOwed(asked, block)) continue
      settled++
      if (block < start || block >= end) missing.push(block)
    }
    this.#peer.link.owe(asked, -settled)
    return missing
  }

  #close(asked: Asked): void {
    this.#open.delete(asked.id)
    this.#peer.link.delete(asked)
  }
}
