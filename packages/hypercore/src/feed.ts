import { type Feed as CoreFeed, MAX_BLOCK_BYTES } from '@anyfeed/core'
import { BlockTooLargeError, FeedFinalizedError } from '@anyfeed/interfaces'
import type { BlockStoreOption } from './block-store.ts'
import { answer, type Callback, emitTo } from './callbacks.ts'
import { asBuffer } from './feed-id.ts'
import { Buffer, EventEmitter } from './platform.ts'
import { WatchedPromise } from './watched-promise.ts'

/** A block, or a string to be stored in UTF-8. */
export type Block = string | Uint8Array

export interface FeedOptions {
  /** Where this feed's blocks are kept, instead of the database. Ignored for a feed that is in use already. */
  readonly storage?: BlockStoreOption | null | undefined
}

/** A node of the merkle tree, as it came with a block. */
export interface ProofNode {
  readonly index: number
  readonly hash: Buffer
}

/** What a feed tells of itself. */
export interface FeedEvents {
  /** What the database has of it was read: `has` may be asked. */
  open: []
  /** A block came from a peer, was verified and stored. */
  put: [block: number, data: Buffer, proof: ProofNode[]]
  /** A block was sent to a peer. */
  get: [block: number, data: Buffer]
  /** Somebody waits for a block that is not here. */
  want: [block: number]
  /** Nobody waits for it any more. */
  unwant: [block: number]
  /** More is known or here than before. */
  update: []
  /** It got its id. */
  finalize: []
  /** Its last user has closed it. */
  close: []
  /** The database failed while nobody was waiting for it. Emitted only where somebody listens. */
  error: [error: Error]
}

/** What becomes of a feed: see `FeedUse`. */
export interface FeedLife {
  readonly id: Buffer | null
  /** Whether it takes no more blocks. */
  readonly sealed: boolean
  /** Goes on fetching what is missing. */
  fetch(): void
  /** Seals the feed at once, and gives it its id when `ready` has resolved. */
  finalize(ready: () => Promise<void>): Promise<void>
  release(): Promise<void>
}

/**
 * A list of blocks. Made by `core.add` to append to, or by `core.get` for an id: then what is missing here is fetched
 * from peers.
 *
 * What takes a callback returns a promise when none is given. After `close`, all of it fails with a `ClosedError`.
 */
export class Feed extends EventEmitter<FeedEvents> {
  /** The options that it was made with. */
  readonly options: FeedOptions
  readonly #handle: CoreFeed
  readonly #life: FeedLife
  #lastAppend: Promise<void> | undefined
  #unheard: { readonly error: Error; readonly promise: WatchedPromise<void> } | undefined

  /** Made by `core.add` and `core.get`. */
  constructor(handle: CoreFeed, life: FeedLife, options: FeedOptions) {
    super()
    this.setMaxListeners(0)
    this.options = options
    this.#handle = handle
    this.#life = life
    this.#forward()
  }

  /** What names exactly these bytes in exactly these blocks: 32 bytes; `null` until the feed is finalized. */
  get id(): Buffer | null {
    return this.#life.id
  }

  /** The number of blocks; 0 while it is not known, which is until a first block was fetched. */
  get blocks(): number {
    return this.#handle.blocks
  }

  /** Whether what the database has of it was read. A feed that is being written is open at once. */
  get opened(): boolean {
    return this.id === null || this.#handle.opened
  }

  /**
   * Whether a block is here. Throws a `FeedNotOpenError` before the feed has opened, and a `RangeError` for what is no
   * index.
   */
  has(index: number): boolean {
    if (this.id === null && !this.#handle.opened) return false
    return this.#handle.has(index)
  }

  /** Waits until what the database has of the feed was read. */
  open(): Promise<void>
  open(callback: Callback): void
  open(callback?: Callback): Promise<void> | void {
    return answer(this.#handle.open(), callback)
  }

  /** Waits until `blocks` is known: for a feed that is not here at all, until a first block was fetched. */
  ready(): Promise<void>
  ready(callback: Callback): void
  ready(callback?: Callback): Promise<void> | void {
    this.#life.fetch()
    return answer(this.#handle.ready(), callback)
  }

  /**
   * A block; `null` past the end of the feed. Waits for one that is not here until a peer has sent it.
   *
   * Fails with a `RangeError` for what is no index. An error with `notFound` says that what was stored is not the block:
   * it was dropped, and is fetched again.
   */
  get(index: number): Promise<Buffer | null>
  get(index: number, callback: Callback<[block: Buffer | null]>): void
  get(index: number, callback?: Callback<[block: Buffer | null]>): Promise<Buffer | null> | undefined {
    return answer(this.#get(index), callback)
  }

  /**
   * Appends one block or several. They are copied before the call returns; blocks of several calls come in the order of
   * the calls.
   *
   * Throws before anything is written: a `FeedFinalizedError` when the feed takes no more blocks, a `BlockTooLargeError`
   * for a block that cannot be sent to a peer, and a `TypeError` for what is neither bytes nor a string. When a call with
   * neither callback nor reader of its promise fails to store its blocks, the next `flush` or `finalize` fails instead.
   */
  append(blocks: Block | readonly Block[]): Promise<void>
  append(blocks: Block | readonly Block[], callback: Callback | undefined): void
  append(blocks: Block | readonly Block[], callback?: Callback): Promise<void> | void {
    if (this.#life.sealed) throw new FeedFinalizedError('the feed is finalized: it takes no more blocks')
    const values = Array.isArray(blocks) ? (blocks as readonly Block[]) : [blocks as Block]
    for (const value of values) assertBlock(value)
    const copies = values.map((value) => (typeof value === 'string' ? value : new Uint8Array(value)))
    const work = this.#handle.append(copies, { transfer: true })
    this.#lastAppend = work
    const over = () => {
      if (this.#lastAppend === work) this.#lastAppend = undefined
    }
    work.then(over, over)
    if (typeof callback === 'function') return answer(work, callback)
    const promise = WatchedPromise.of(work)
    work.catch((error) => {
      this.#unheard ??= { error, promise }
    })
    return promise
  }

  /** Waits until everything that was appended before is stored. */
  flush(): Promise<void>
  flush(callback: Callback): void
  flush(callback?: Callback): Promise<void> | void {
    return answer(this.#stored(), callback)
  }

  /**
   * Finalizes the feed: it gets its `id`, takes no more blocks, and is shared with peers. A feed without blocks keeps
   * `null` for an id. A feed that has an id already is left as it is.
   */
  finalize(): Promise<void>
  finalize(callback: Callback): void
  finalize(callback?: Callback): Promise<void> | void {
    return answer(
      this.#life.finalize(() => this.#stored()),
      callback
    )
  }

  /** Ends one use of the feed: `core.get` counts them. With the last one, it is shared and fetched no more. */
  close(): Promise<void>
  close(callback: Callback): void
  close(callback?: Callback): Promise<void> | void {
    return answer(this.#life.release(), callback)
  }

  async #get(index: number): Promise<Buffer | null> {
    this.#life.fetch()
    const wanted = await this.#isMissing(index)
    if (wanted) emitTo(this, 'want', index)
    try {
      const block = await this.#handle.get(index)
      return block === null ? null : asBuffer(block)
    } catch (error) {
      this.#life.fetch()
      throw error
    } finally {
      if (wanted) emitTo(this, 'unwant', index)
    }
  }

  async #isMissing(index: number): Promise<boolean> {
    if (!this.#handle.opened) await this.#handle.open()
    if (this.id === null || (this.blocks > 0 && index >= this.blocks)) return false
    return !this.#handle.has(index)
  }

  /** Fails with what came of the appends under way, or of one before them of which nobody was told. */
  async #stored(): Promise<void> {
    try {
      const { error, promise } = this.#unheard ?? {}
      if (error !== undefined && !promise?.watched) throw error
      await this.#lastAppend
      await this.#handle.flush()
    } finally {
      // What is told now need not be told again.
      this.#unheard = undefined
    }
  }

  #forward(): void {
    const handle = this.#handle
    handle.open().then(
      () => emitTo(this, 'open'),
      () => {}
    )
    handle.on('update', () => {
      emitTo(this, 'update')
      this.#life.fetch()
    })
    handle.on('download', (block, data, proof) => {
      if (this.listenerCount('put') === 0) return
      const nodes = proof.map(({ index, hash }) => ({ index, hash: Buffer.from(hash) }))
      emitTo(this, 'put', block, Buffer.from(data), nodes)
    })
    handle.on('upload', (block, data) => {
      if (this.listenerCount('get') > 0) emitTo(this, 'get', block, Buffer.from(data))
    })
    handle.on('error', (error) => {
      if (this.listenerCount('error') > 0) emitTo(this, 'error', error)
    })
  }
}

function assertBlock(value: unknown): void {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError('a block is a Buffer, a Uint8Array or a string')
  }
  const bytes = Buffer.byteLength(value)
  if (bytes > MAX_BLOCK_BYTES) {
    throw new BlockTooLargeError(`a block of ${bytes} bytes is over the limit of ${MAX_BLOCK_BYTES} bytes`)
  }
}
