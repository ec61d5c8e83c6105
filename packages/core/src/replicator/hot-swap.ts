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
  readonly link: { readonly window: { readonly roundTripTime: number | undefined } }
  /** Whether it can be asked for the block now. */
  canGive(block: number): boolean
}

/** The feed whose urgent blocks are watched. */
export interface SwapTarget<Peer extends SwapPeer> {
  /** Blocks that somebody waits for, or of critical ranges: the most urgent first. */
  urgent(): Iterable<number>
  /** Who was asked for a block. */
  owner(block: number): Peer | undefined
  /** All peers, the quickest first. */
  quickestFirst(): readonly Peer[]
  /** Asks another peer for the block as well, unless two were asked already. */
  swap(block: number, to: Peer): void
}

/** An urgent block that was asked for: of whom, and since when. */
interface Watched<Peer> {
  readonly owner: Peer
  readonly since: number
}

/**
 * Hotswapping: a block that somebody waits for is also asked of a quicker peer when the one that owes it takes much
 * longer than that one would. It is watched by one timer, and only while there are such blocks and several peers.
 */
export class HotSwap<Peer extends SwapPeer> {
  readonly #clock: Clock
  readonly #target: SwapTarget<Peer>
  readonly #alarm: Alarm
  #watched = new Map<number, Watched<Peer>>()

  constructor(clock: Clock, target: SwapTarget<Peer>) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#target = target
  }

  /** There may be urgent blocks that were asked for. */
  watch(): void {
    if (!this.#alarm.isSet) this.#alarm.set(this.#clock.now() + INTERVAL)
  }

  stop(): void {
    this.#alarm.stop()
  }

  #check(): void {
    const now = this.#clock.now()
    const before = this.#watched
    this.#watched = new Map()
    const peers = this.#target.quickestFirst()
    if (peers.length < 2) return
    for (const block of this.#target.urgent()) {
      if (this.#watched.size === MOST_WATCHED) break
      const owner = this.#target.owner(block)
      if (!owner) continue
      let watched = before.get(block)
      if (watched?.owner !== owner) watched = { owner, since: now }
      this.#watched.set(block, watched)
      // The quickest of those that are known to be quick.
      for (const peer of peers) {
        const { roundTripTime } = peer.link.window
        if (roundTripTime === undefined || peer === owner || !peer.canGive(block)) continue
        if (now - watched.since >= 2 * roundTripTime + PATIENCE) this.#target.swap(block, peer)
        break
      }
    }
    if (this.#watched.size > 0) this.watch()
  }
}
