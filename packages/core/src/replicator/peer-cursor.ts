import { PRIORITIES, type Priority } from './priority.ts'

/** Beyond this many, going over the ranges once more costs less than remembering each block. */
const MAX_BEHIND = 65_536

/**
 * Where one peer stands in what is wanted. Entries that turned stale are passed over when their turn comes. It takes no
 * more memory than what is waited for, and a bound.
 */
export class PeerCursor {
  /** For each priority: blocks of ranges below this one were looked at. */
  readonly positions: Record<Priority, number> = { critical: 0, high: 0, normal: 0 }
  /** Blocks that somebody waits for and the peer has, in the order of asking. */
  #wanted: number[] = []
  /** Those that were noted earlier and come next: the last first, so that none is moved when one is taken. */
  #next: number[] = []
  /** Blocks that the cursor had passed when they became free, or the peer got them. */
  #behind: number[] = []

  /** Blocks from the one before a position up to `end` were taken together. */
  passed(first: number, end: number): void {
    for (const priority of PRIORITIES) if (this.positions[priority] === first + 1) this.positions[priority] = end
  }

  /** How many blocks of the first kind are noted, stale ones among them. */
  get waiting(): number {
    return this.#wanted.length + this.#next.length
  }

  /** Somebody waits for a block that the peer has. */
  want(block: number): void {
    this.#wanted.push(block)
  }

  /** The next of them. */
  shiftWanted(): number | undefined {
    if (this.#next.length === 0) {
      this.#next = this.#wanted.reverse()
      this.#wanted = []
    }
    return this.#next.pop()
  }

  /** A block of a range is free again, or the peer has it now. */
  free(block: number): void {
    if (PRIORITIES.every((priority) => block >= this.positions[priority])) return
    this.#behind.push(block)
    if (this.#behind.length > MAX_BEHIND) this.rewind(0)
  }

  /** One of those that the cursor had passed. */
  popBehind(): number | undefined {
    return this.#behind.pop()
  }

  /** Ranges are looked at once more from `block` on: those of one priority, or all. */
  rewind(block: number, priority?: Priority): void {
    for (const each of priority === undefined ? PRIORITIES : [priority]) {
      this.positions[each] = Math.min(this.positions[each], block)
    }
    if (priority === undefined) this.#behind = this.#behind.filter((behind) => behind < block)
  }

  /** Notes anew for which blocks of the peer somebody waits. */
  replaceWanted(wanted: Iterable<number>): void {
    this.#wanted = [...wanted]
    this.#next = []
  }

  /** The peer's bitfield was replaced: begin anew. */
  restart(wanted: Iterable<number>): void {
    this.replaceWanted(wanted)
    this.rewind(0)
  }
}
