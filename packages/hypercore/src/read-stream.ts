import type { Feed as CoreFeed } from '@anyfeed/core'
import { emitTo } from './callbacks.ts'
import type { Feed } from './feed.ts'
import { asBuffer } from './feed-id.ts'
import { Buffer, Readable } from './platform.ts'
import { heardError } from './quiet-destroy.ts'

export interface ReadStreamOptions {
  /** The first block; 0 by default. */
  readonly start?: number | null | undefined
  /**
   * The most blocks to read; by default, and for -1, all. 0 gives no blocks, where hypercore 1.8.0 took it for all.
   */
  readonly limit?: number | null | undefined
}

/**
 * A feed's blocks, one Buffer each, in their order. Waits for those that are still to come, until it is destroyed. Emits
 * `ready` when `blocks` is known.
 */
export class ReadStream extends Readable {
  /** The feed's id. */
  readonly id: Buffer
  /** The number of blocks of the whole feed; 0 while it is not known. */
  blocks: number
  readonly #stop = new AbortController()
  readonly #iterator: AsyncIterator<Uint8Array>

  /** Made by `core.createReadStream`. Throws a `RangeError` for a start or limit that is no whole number. */
  constructor(handle: CoreFeed, feed: Feed, { start, limit }: ReadStreamOptions) {
    const first = count('start', start ?? 0)
    const most = limit === -1 ? Infinity : count('limit', limit ?? Infinity)
    super({ objectMode: true, highWaterMark: 16 })
    this.id = Buffer.from(handle.id as Uint8Array)
    this.blocks = feed.blocks
    const { signal } = this.#stop
    this.#iterator = handle.read({ start: first, end: first + most, signal })[Symbol.asyncIterator]()
    handle.ready({ signal }).then(
      () => {
        this.blocks = feed.blocks
        emitTo(this, 'ready')
      },
      // Reading meets the same error, and tells it.
      () => {}
    )
  }

  override _read(): void {
    this.#iterator.next().then(
      ({ done, value }) => this.push(done ? null : asBuffer(value)),
      (error: Error) => this.destroy(error)
    )
  }

  override _destroy(error: (Error & { code?: unknown }) | null, callback: (error?: Error | null) => void): void {
    this.#stop.abort()
    // Whoever closes the feed or the core ends its readers, too.
    callback(error?.code === 'ERR_CLOSED' ? heardError(this, error) : error)
  }
}

function count(name: string, value: number): number {
  if ((Number.isSafeInteger(value) && value >= 0) || (name === 'limit' && value === Infinity)) return value
  throw new RangeError(`${name} must be a whole number of at least 0, not ${String(value)}`)
}
