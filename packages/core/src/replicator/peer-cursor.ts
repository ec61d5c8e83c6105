/** Beyond this many, going over the ranges once more costs less than remembering each block. */
const MAX_BEHIND = 65_536

/**
 * Where one peer stands in what is wanted. Entries that turned stale are passed over when their turn comes. It takes no
 * more memory than what is waited for, and a bound.
 */
export class PeerCursor {
  /** Blocks of ranges below this one were looked at. */
  position = 0
  /** Blocks that somebody waits for and the peer has, in the order of asking. */
  #wanted: number[] = []
  #next = 0
  /** Blocks that the cursor had passed when they became free, or the peer got them. */
  #behind: number[] = []

  /** How many blocks of the first kind are noted, stale ones among them. */
  get waiting(): number {
    return this.#wanted.length - this.#next
  }

  /** Somebody waits for a block that the peer has. */
  want(block: number): void {
    this.#wanted.push(block)
  }

  /** The next of them. */
  shiftWanted(): number | undefined {
    const block = this.#wanted[this.#next]
    if (block === undefined) {
      this.#wanted = []
      this.#next = 0
    } else if (++this.#next > 1024 && this.#next * 2 > this.#wanted.length) {
      this.#wanted = this.#wanted.slice(this.#next)
      this.#next = 0
    }
    return block
  }

  /** A block of a range is free again, or the peer has it now. */
  free(block: number): void {
    if (block >= this.position) return
    this.#behind.push(block)
    if (this.#behind.length > MAX_BEHIND) this.rewind(this.#behind.reduce((a, b) => Math.min(a, b)))
  }

  /** One of those that the cursor had passed. */
  popBehind(): number | undefined {
    return this.#behind.pop()
  }

  /** Ranges are looked at once more from `block` on. */
  rewind(block: number): void {
    if (block >= this.position) return
    this.position = block
    this.#behind = this.#behind.filter((behind) => behind < block)
  }

  /** Notes anew for which blocks of the peer somebody waits. */
  replaceWanted(wanted: Iterable<number>): void {
    this.#wanted = [...wanted]
    this.#next = 0
  }

  /** The peer's bitfield was replaced: begin anew. */
  restart(wanted: Iterable<number>): void {
    this.replaceWanted(wanted)
    this.#behind = []
    this.position = 0
  }
}
