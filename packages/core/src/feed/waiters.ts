import type { Clock } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import type { BlockRange } from '../replicator/picker.ts'
import type { Replicator } from '../replicator/replicator.ts'
import { type Waiting, wait } from '../wait/wait.ts'

/** Each block of a feed brings its length. */
const ANY_BLOCK: BlockRange = { start: 0, end: Infinity, priority: 'normal' }

/** Somebody who waits for a block: it is given its bytes, or `null` when it lies past the feed's end. */
interface Waiter {
  resolve(data: Uint8Array | null): void
  reject(error: Error): void
}

/** The feed whose blocks are waited for. */
export interface AwaitedFeed {
  /** The feed's length, 0 while it is not known. */
  readonly blocks: number
  readonly context: { readonly clock: Clock }
  readonly replicator: Replicator
}

/** Who waits for which block of a feed, or for its length; what they wait for is asked of peers meanwhile. */
export class Waiters {
  readonly #feed: AwaitedFeed
  readonly #byBlock = new Map<number, Set<Waiter>>()
  /** Whether somebody may wait for a block past the end, who began before the length was known. */
  #unsure = false
  #seeking = false

  constructor(feed: AwaitedFeed) {
    this.#feed = feed
  }

  /** Waits for a block until it is stored, or it turns out to lie past the feed's end; `Infinity`: for the length. */
  wait(block: number, options: Waiting): Promise<Uint8Array | null> {
    const { context, replicator } = this.#feed
    return wait<Uint8Array | null>(context.clock, options, (resolve, reject) => {
      const waiter = { resolve, reject }
      const waiters = this.#byBlock.get(block) ?? new Set()
      this.#byBlock.set(block, waiters.add(waiter))
      if (block < Infinity && waiters.size === 1) replicator.want(block)
      if (this.#feed.blocks === 0) {
        this.#unsure = true
        // One turn later, behind what is wanted: that tells the length as well.
        void Promise.resolve().then(() => this.seekLength())
      }
      return () => {
        waiters.delete(waiter)
        if (waiters.size === 0) {
          this.#byBlock.delete(block)
          if (block < Infinity) replicator.unwant(block)
        }
        this.seekLength()
      }
    })
  }

  /** Has some block fetched, whichever, while somebody waits and the length is not known; and no more once it is. */
  seekLength(): void {
    const seeks = this.#byBlock.size > 0 && this.#feed.blocks === 0
    if (seeks === this.#seeking) return
    this.#seeking = seeks
    if (seeks) this.#feed.replicator.addRange(ANY_BLOCK)
    else this.#feed.replicator.deleteRange(ANY_BLOCK)
  }

  /** The block has come: each waiter gets an array of its own. */
  arrived(block: number, data: Uint8Array): void {
    for (const waiter of this.#byBlock.get(block) ?? []) waiter.resolve(copyBytes(data))
  }

  /** The feed's length is known: who waits for a block past the end gets `null`. */
  lengthKnown(): void {
    if (!this.#unsure) return
    this.#unsure = false
    for (const [block, waiters] of this.#byBlock) {
      if (block >= this.#feed.blocks) for (const waiter of waiters) waiter.resolve(null)
    }
  }

  rejectAll(error: Error): void {
    for (const waiters of this.#byBlock.values()) for (const waiter of waiters) waiter.reject(error)
  }
}
