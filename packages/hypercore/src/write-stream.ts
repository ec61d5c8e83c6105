import type { Feed } from './feed.ts'
import { type Buffer, Writable } from './platform.ts'

/** What may wait to be stored before `write` asks for a pause, in bytes. */
const HIGH_WATER_BYTES = 1024 * 1024

/**
 * Writes a new feed, each write being one block. When `finish` is emitted, the feed has been finalized. Destroyed before
 * that, it leaves nothing behind.
 */
export class WriteStream extends Writable {
  /** The feed's id, once `finish` was emitted; `null` when nothing was written. */
  id: Buffer | null = null
  /** The feed's number of blocks, once `finish` was emitted. */
  blocks = 0
  readonly #feed: Feed
  readonly #abandon: () => Promise<void>

  /** Made by `core.createWriteStream`. */
  constructor(feed: Feed, abandon: () => Promise<void>) {
    super({ highWaterMark: HIGH_WATER_BYTES })
    this.#feed = feed
    this.#abandon = abandon
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#append([chunk], callback)
  }

  override _writev(chunks: Array<{ chunk: Buffer }>, callback: (error?: Error | null) => void): void {
    this.#append(
      chunks.map(({ chunk }) => chunk),
      callback
    )
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#feed.finalize((error) => {
      this.id = this.#feed.id
      this.blocks = this.#feed.blocks
      callback(error)
    })
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.writableFinished) return callback(error)
    const destroyed = () => callback(error)
    this.#abandon().then(destroyed, destroyed)
  }

  #append(blocks: Buffer[], callback: (error?: Error | null) => void): void {
    try {
      this.#feed.append(blocks, callback)
    } catch (error) {
      callback(error as Error)
    }
  }
}
