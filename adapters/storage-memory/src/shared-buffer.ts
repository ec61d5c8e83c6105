import type { BlockBuffer, PooledBlock } from './pooled-block.ts'

/** The blocks that are parts of one buffer. While one of them is, all of the buffer is in memory. */
export class SharedBuffer implements BlockBuffer {
  readonly size: number
  #blocks: PooledBlock[] = []
  #bytes = 0
  /** Whether more blocks of it may come. */
  #open = true

  /** `size` of the buffer, in bytes. */
  constructor(size: number) {
    this.size = size
  }

  add(block: PooledBlock): void {
    block.buffer = this
    this.#blocks.push(block)
    this.#bytes += block.data.byteLength
  }

  /** A block of it is kept no more. */
  released(block: PooledBlock): void {
    this.#bytes -= block.data.byteLength
    this.#leaveIfSparse()
  }

  /** No more blocks of it come. */
  close(): void {
    this.#open = false
    this.#leaveIfSparse()
  }

  /** Gives the blocks arrays of their own when they make less than half of the buffer. */
  #leaveIfSparse(): void {
    if (this.#open || this.#bytes * 2 >= this.size) return
    for (const block of this.#blocks) {
      if (block.references > 0) block.data = new Uint8Array(block.data)
      block.buffer = undefined
    }
    this.#blocks = []
  }
}
