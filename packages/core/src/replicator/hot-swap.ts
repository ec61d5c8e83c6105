import type { Clock } from '@anyfeed/interfaces'
import { Alarm } from '../wait/alarm.ts'

/** How often it is looked whether somebody keeps a reader waiting, in milliseconds. */
const INTERVAL = 100
/** How much longer than the other peer's round trips a peer may take, in milliseconds. */
const PATIENCE = 100
/** So many urgent blocks are watched at a time. */
const MOST_WATCHED = 64

/** A peer, as far as it matters who is quicker. */
export interface SwapPeer {
  /** How quickly it answers, in milliseconds; `undefined` while that is not known. */
  readonly roundTripTime: number | undefined
  /** Whether it can be asked for the block now. */
  canGive(block: number): boolean
}

/** The feed whose urgent blocks are watched. */
export interface SwapTarget<Peer extends SwapPeer> {
  /** Blocks that somebody waits for, or of critical ranges, that are not here: the most urgent first. */
  urgent(): Iterable<number>
  /** Who was asked for a block. */
  owner(block: number): Peer | undefined
  peers(): Iterable<Peer>
  /** Asks another peer for the block as well. */
  swap(block: number, to: Peer): void
}

/**
 * Hotswapping: a block that somebody waits for is also asked of a quicker peer when the one that owes it takes much
 * longer than that one would. It is watched by one timer, and only while there are such blocks and several peers.
 */
export class HotSwap<Peer extends SwapPeer> {
  readonly #clock: Clock
  readonly #target: SwapTarget<Peer>
  #since = new Map<number, { readonly owner: Peer; readonly at: number }>()
  readonly #swapped = new Set<number>()
  readonly #alarm: Alarm

  constructor(clock: Clock, target: SwapTarget<Peer>) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#target = target
  }

  /** There may be urgent blocks that were asked for. */
  watch(): void {
    if (!this.#alarm.isSet) this.#alarm.set(this.#clock.now() + INTERVAL)
  }

  /** A block is here: who is asked for it next is watched anew. */
  arrived(block: number): void {
    this.#swapped.delete(block)
  }

  stop(): void {
    this.#alarm.stop()
  }

  #check(): void {
    const now = this.#clock.now()
    const before = this.#since
    this.#since = new Map()
    const peers = [...this.#target.peers()]
    if (peers.length < 2) return
    for (const block of this.#target.urgent()) {
      if (this.#since.size === MOST_WATCHED) break
      const owner = this.#target.owner(block)
      if (owner === undefined) continue
      const known = before.get(block)
      const at = known?.owner === owner ? known.at : now
      this.#since.set(block, { owner, at })
      const other = this.#quickest(peers, owner, block)
      if (other === undefined || this.#swapped.has(block)) continue
      if (now - at < 2 * (other.roundTripTime as number) + PATIENCE) continue
      this.#swapped.add(block)
      this.#target.swap(block, other)
    }
    if (this.#since.size > 0) this.watch()
  }

  /** The quickest peer that has the block and is known to be quick. */
  #quickest(peers: readonly Peer[], owner: Peer, block: number): Peer | undefined {
    let best: Peer | undefined
    for (const peer of peers) {
      if (peer === owner || peer.roundTripTime === undefined || !peer.canGive(block)) continue
      if (best === undefined || peer.roundTripTime < (best.roundTripTime as number)) best = peer
    }
    return best
  }
}
