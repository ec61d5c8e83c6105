import { BlockTooLargeError, ClosedError, FeedFinalizedError, FeedNotOpenError } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { toUtf8 } from '../bytes/utf8.ts'
import { Emitter } from '../events/emitter.ts'
import { MAX_BLOCK_BYTES } from '../limits.ts'
import { PRIORITIES, type Priority } from '../replicator/priority.ts'
import type { TradeDirection } from '../session/permission.ts'
import { Cancels } from '../wait/cancels.ts'
import { throwIfAborted, type Waiting, type WaitOptions, waitFor } from '../wait/wait.ts'
import { Download } from './download.ts'
import type { FeedEvents } from './events.ts'
import { IdentifiedFeed } from './identified-feed.ts'
import type { OpenFeed } from './open-feed.ts'
import { ReadAhead } from './read-ahead.ts'
import { UnfinishedFeed } from './unfinished-feed.ts'

/** A run of blocks. */
export interface RangeOptions extends WaitOptions {
  /** The first block; 0 by default. */
  readonly start?: number | undefined
  /** The block behind the last; the feed's end by default. */
  readonly end?: number | undefined
}

export interface DownloadOptions extends Omit<RangeOptions, 'timeout'> {
  /** What is fetched first: `critical`, then `high`, then `normal` ranges; `normal` by default. */
  readonly priority?: Priority | undefined
}

export interface AppendOptions {
  /** The arrays belong to the feed from now on: they are not copied, and the caller must never change them again. */
  readonly transfer?: boolean | undefined
}

/** Blocks that are read from the store ahead of a reader: so many, or as many as make about so many bytes. */
const READ_AHEAD = 64
const READ_AHEAD_BYTES = 4 * 1024 * 1024

/**
 * A handle on a feed: a list of blocks of bytes. Any number of handles may be open on one feed; each is closed for
 * itself, and the feed is in use until the last one is.
 *
 * Indexes that are not whole numbers of at least 0 are a `RangeError`. After `close`, all calls reject with a
 * `ClosedError`.
 */
export class Feed extends Emitter<FeedEvents> {
  #feed: OpenFeed
  readonly #cancels = new Cancels()
  #closing: Promise<void> | undefined

  /** Made by `core.add`, `core.get` and `core.resume`. */
  constructor(feed: OpenFeed) {
    super()
    this.#feed = feed
    feed.addHandle(this)
  }

  /** What names exactly these bytes in exactly these blocks: 32 bytes; `null` until the feed is finalized. */
  get id(): Uint8Array | null {
    return this.#feed.id ? copyBytes(this.#feed.id) : null
  }

  /** The store's handle for an unfinished feed, 32 bytes, to `core.resume` it by; `null` once it is finalized. */
  get key(): Uint8Array | null {
    return this.#feed.key ? copyBytes(this.#feed.key) : null
  }

  /** The number of blocks; 0 while it is not known. */
  get blocks(): number {
    return this.#feed.blocks
  }

  /** The sum of the lengths of the blocks that are here, in bytes. */
  get byteLength(): number {
    return this.#feed.byteLength
  }

  /** How many blocks are here. */
  get held(): number {
    return this.#feed.held
  }

  /** Whether the feed is finalized and every block is here. */
  get complete(): boolean {
    return this.#feed.complete
  }

  /** How many peers are on the feed. */
  get peers(): number {
    return this.#feed.peers
  }

  /** Whether what the store has of the feed was read. */
  get opened(): boolean {
    return this.#feed.opened
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Resolves once what the store has of the feed was read. Rejects with a `StorageError` when it could not be. */
  async open(options: WaitOptions = {}): Promise<void> {
    this.#assertOpen()
    await waitFor(this.#feed.context.clock, this.#waiting(options), this.#feed.opening)
  }

  /** Resolves once the number of blocks is known: for a feed that is not here at all, with its first block. */
  async ready(options: WaitOptions = {}): Promise<void> {
    await this.open(options)
    await this.#feed.ready?.(this.#waiting(options))
  }

  /**
   * Whether a block is here. Throws a `FeedNotOpenError` before the feed has opened.
   */
  has(block: number): boolean {
    assertIndex(block, 'block')
    if (!this.#feed.opened) throw new FeedNotOpenError('wait for feed.open()')
    return this.#feed.has(block)
  }

  /**
   * Appends one block or several, as bytes or as strings in UTF-8, which are copied before the call returns, unless they
   * are transferred. Resolves once they are stored as durably as the core says; blocks appended by one call, and by calls
   * made without waiting, come in the order of the calls.
   *
   * Rejects with a {@link FeedFinalizedError}, with a {@link BlockTooLargeError} when one cannot be sent in a frame (then
   * nothing was appended), with a `TypeError`, or with a `StorageError`: then neither these blocks nor any that were
   * appended behind them are there, and the feed goes on from what is stored.
   */
  async append(
    blocks: Uint8Array | string | ReadonlyArray<Uint8Array | string>,
    { transfer = false }: AppendOptions = {}
  ): Promise<void> {
    this.#assertOpen()
    const values = Array.isArray(blocks) ? (blocks as ReadonlyArray<Uint8Array | string>) : [blocks as Uint8Array]
    for (const value of values) assertBlock(value)
    await this.#unfinished.append(values, transfer)
  }

  /** Resolves once everything that was appended before is stored. */
  async flush(): Promise<void> {
    this.#assertOpen()
    await this.#feed.flush?.()
  }

  /**
   * Finalizes the feed: it gets its id, and takes no more blocks. Resolves with the id, or with `null` for a feed
   * without blocks, which cannot be finalized.
   */
  async finalize(): Promise<Uint8Array | null> {
    this.#assertOpen()
    const after = await this.#unfinished.finalize()
    return after ? copyBytes(after.id) : null
  }

  /**
   * The bytes of a block, which belong to the caller; `null` past the end of the feed. Waits for a block that is not
   * here until a peer has sent it: see {@link WaitOptions}.
   *
   * Rejects with a `BlockDamagedError` when what the store has is not the block: it is dropped, and the next call waits
   * for a peer to send it again.
   */
  async get(block: number, options: WaitOptions = {}): Promise<Uint8Array | null> {
    assertIndex(block, 'block')
    this.#assertOpen()
    throwIfAborted(options.signal)
    return this.#feed.get(block, this.#waiting(options))
  }

  /**
   * The blocks of a range in their order, waiting for those that are not here. `timeout` is for each block.
   *
   * @example
   * for await (const block of feed.read({ start: 100, signal })) process(block)
   */
  async *read({ start = 0, end = Infinity, signal, timeout }: RangeOptions = {}): AsyncGenerator<Uint8Array, void> {
    assertRange(start, end)
    this.#assertOpen()
    const ahead: Array<Promise<Uint8Array | null>> = []
    const stop = new AbortController()
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    const fetched = this.#feed instanceof IdentifiedFeed ? new ReadAhead(this.#feed.replicator, end) : undefined
    let next = start
    let largest = 0
    try {
      for (let block = start; block < end; block++) {
        // Until the feed's length is known, one block after the other.
        let last = block + 1
        if (this.#feed.blocks > 0) {
          fetched?.moveTo(block, largest)
          const most = Math.min(READ_AHEAD, Math.floor(READ_AHEAD_BYTES / largest))
          last = Math.max(last, Math.min(end, this.#feed.blocks, block + most))
        }
        for (; next < last; next++) {
          const promise = this.get(next, { signal: either })
          promise.catch(() => {})
          ahead.push(promise)
        }
        const data = await waitFor(this.#feed.context.clock, { timeout }, ahead.shift() as Promise<Uint8Array | null>)
        if (data === null) return
        largest = Math.max(largest, data.length)
        yield data
      }
    } finally {
      fetched?.stop()
      stop.abort()
    }
  }

  /**
   * Fetches a range of blocks from peers, in whatever order is quickest, until all of it is here. Ranges of `priority`
   * `critical` are asked for first, then `high` ones, then `normal` ones; what `get` and `read` wait for is before all.
   *
   * @example
   * const download = feed.download({ start: 0, end: 1000, priority: 'high' })
   * download.on('progress', (downloaded, total) => console.log(downloaded / total))
   * await download.done
   */
  download({ start = 0, end = Infinity, signal, priority = 'normal' }: DownloadOptions = {}): Download {
    assertRange(start, end)
    if (!PRIORITIES.includes(priority)) throw new RangeError(`a priority is one of ${PRIORITIES.join(', ')}`)
    this.#assertOpen()
    const feed = this.#identified
    const download = new Download(start, end, priority)
    void feed.download(download, this.#waiting({ signal }))
    return download
  }

  /**
   * Sends no more blocks of the feed to anybody (`serve`), asks nobody for any (`fetch`), or neither, for all its handles.
   * Peers are told; what is waited for goes on waiting.
   */
  pause(direction?: TradeDirection): void {
    this.#pauses.pause(direction)
  }

  /** Goes on with what was paused. */
  resume(direction?: TradeDirection): void {
    this.#pauses.resume(direction)
  }

  /**
   * Drops blocks from the store, to save space or because they are to be fetched again. Resolves once they are gone.
   */
  async clear({ start = 0, end = Infinity }: { start?: number; end?: number } = {}): Promise<void> {
    assertRange(start, end)
    await this.open()
    await this.#identified.drop(start, end)
  }

  /**
   * Reads every block that is here and hashes it anew; drops those that are damaged, so that they are fetched again.
   * Yields the index of each block that was checked, and whether it was sound.
   */
  async *verify({ signal }: WaitOptions = {}): AsyncGenerator<{ block: number; sound: boolean }, void> {
    await this.open()
    for (let block = 0; block < this.#feed.blocks; block++) {
      throwIfAborted(signal)
      this.#assertOpen()
      if (this.#feed.has(block)) yield { block, sound: await this.#feed.check(block) }
    }
  }

  /** Closes this handle. The feed is in use no more when it was the last one. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancels.all(new ClosedError('the feed was closed'))
    await this.#feed.deleteHandle(this)
    this.emit('close')
    this.removeAllListeners()
  }

  #waiting(options: WaitOptions): Waiting {
    return { ...options, cancels: this.#cancels }
  }

  get #pauses() {
    this.#assertOpen()
    return this.#identified.replicator.pauses
  }

  get #identified(): IdentifiedFeed {
    if (this.#feed instanceof IdentifiedFeed) return this.#feed
    throw new TypeError('the feed is not finalized')
  }

  get #unfinished(): UnfinishedFeed {
    if (this.#feed instanceof UnfinishedFeed) return this.#feed
    throw new FeedFinalizedError('the feed is finalized')
  }

  /** Called by the core: the feed was finalized. */
  move(to: IdentifiedFeed): void {
    this.#feed = to
    to.addHandle(this)
  }

  #assertOpen(): void {
    if (this.#closing) throw new ClosedError('the feed was closed')
  }
}

function assertIndex(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is a whole number from 0, not ${String(value)}`)
  }
}

function assertRange(start: number, end: number): void {
  assertIndex(start, 'start')
  if (end !== Infinity) assertIndex(end, 'end')
}

function assertBlock(value: unknown): void {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError('a block is a Uint8Array or a string')
  }
  // A character takes at least one byte, so that only strings near the limit need to be measured.
  const least = value.length
  const bytes = typeof value === 'string' && least * 3 > MAX_BLOCK_BYTES ? toUtf8(value).length : least
  if (bytes > MAX_BLOCK_BYTES) {
    throw new BlockTooLargeError(`a block has up to ${MAX_BLOCK_BYTES} bytes, not ${bytes}`)
  }
}
