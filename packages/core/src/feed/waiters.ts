import { copyBytes } from '../bytes/copy.ts'

/** Somebody who waits for a block: it is given its bytes, or `null` when it lies past the feed's end. */
export interface Waiter {
  resolve(data: Uint8Array | null): void
  reject(error: Error): void
}

/** Who waits for which block of a feed. */
export class Waiters {
  readonly #byBlock = new Map<number, Set<Waiter>>()

  add(block: number, waiter: Waiter): void {
    const waiters = this.#byBlock.get(block) ?? new Set()
    this.#byBlock.set(block, waiters.add(waiter))
  }

  delete(block: number, waiter: Waiter): void {
    const waiters = this.#byBlock.get(block)
    waiters?.delete(waiter)
    if (waiters?.size === 0) this.#byBlock.delete(block)
  }

  /** The block has come: each waiter gets an array of its own. */
  arrived(block: number, data: Uint8Array): void {
    for (const waiter of this.#byBlock.get(block) ?? []) waiter.resolve(copyBytes(data))
  }

  /** The feed has `blocks` blocks: who waits for one past the end gets `null`. */
  lengthKnown(blocks: number): void {
    for (const [block, waiters] of this.#byBlock) {
      if (block >= blocks) for (const waiter of waiters) waiter.resolve(null)
    }
  }

  rejectAll(error: Error): void {
    for (const waiters of this.#byBlock.values()) for (const waiter of waiters) waiter.reject(error)
  }
}
