import { chunkCost, ReceiveBuffer } from '@anyfeed/adapter-kit'

/** The receiving direction of a connection, and the window that the sender has: what it may send before any is read. */
export class Receiving {
  readonly source: ReceiveBuffer
  readonly #window: number
  /** What was read and not given back yet. */
  #read = 0

  /** `onRead` is to give bytes of the window back to the sender; `abort` is called when the reader leaves early. */
  constructor(window: number, onRead: (bytes: number) => void, abort: (reason: Error) => void) {
    this.#window = window
    this.source = new ReceiveBuffer({
      onLeave: abort,
      // By halves of the window: one message for many chunks, and the sender need not stop in between.
      onRead: (chunk) => {
        this.#read += chunkCost(chunk)
        if (this.#read < window / 2 || this.source.ended) return
        onRead(this.#read)
        this.#read = 0
      }
    })
  }

  /** Takes a chunk in. Returns whether the sender kept to its window. */
  arrived(chunk: Uint8Array): boolean {
    if (this.source.ended || this.source.held + this.#read >= this.#window) return false
    this.source.push(chunk)
    return true
  }
}
