import {
  type Clock,
  ClosedError,
  type Durability,
  type FeedStorage,
  type RandomBytes,
  type Sha256
} from '@anyfeed/interfaces'
import type { TreeHash } from '../tree/tree-hash.ts'
import { type WaitOptions, waitFor } from '../wait/wait.ts'
import type { FeedEvents } from './events.ts'

/** What feeds need of their core. */
export interface FeedContext {
  readonly sha256: Sha256
  readonly hash: TreeHash
  readonly clock: Clock
  readonly random: RandomBytes
  readonly durability: Durability
}

/** A feed's storage, and what must be known to use it. */
export interface OpenedStorage {
  readonly storage: FeedStorage
  /** Whether what it returns must be hashed again. */
  readonly rehash: boolean
}

/** A handle, as its feed sees it. */
export interface FeedListener {
  emit<E extends keyof FeedEvents>(event: E, ...args: FeedEvents[E]): unknown
  listenerCount?(event: keyof FeedEvents): number
}

/** What the handles of one feed share, whether it is finalized or not. */
export abstract class OpenFeed {
  /** The handles: each change makes a new list, and a short one takes little memory. */
  handles: readonly FeedListener[] = []
  protected readonly context: FeedContext
  #opened = false
  #closed: ClosedError | undefined

  constructor(context: FeedContext) {
    this.context = context
  }

  abstract readonly id: Uint8Array | undefined
  /** The number of blocks; 0 while it is not known. */
  abstract readonly blocks: number
  /** The sum of the lengths of the blocks that are here, in bytes. */
  abstract readonly byteLength: number
  /** Resolves once the stored state was read; rejects when it could not be. */
  abstract readonly opening: Promise<void>
  abstract has(block: number): boolean
  abstract get(block: number, options: WaitOptions): Promise<Uint8Array | null>

  /** Whether a block that is here is sound in the store; one that is not is dropped where it can be fetched again. */
  abstract check(block: number): Promise<boolean>

  get clock(): Clock {
    return this.context.clock
  }

  /** Whether the stored state was read. */
  get opened(): boolean {
    return this.#opened
  }

  addHandle(handle: FeedListener): void {
    this.handles = [...this.handles, handle]
  }

  deleteHandle(handle: FeedListener): void {
    this.handles = this.handles.filter((other) => other !== handle)
  }

  /** Tells all handles. */
  emit<E extends keyof FeedEvents>(event: E, ...args: FeedEvents[E]): void {
    for (const handle of this.handles) handle.emit(event, ...args)
  }

  /** Whether anybody would hear an event. */
  listens(event: keyof FeedEvents): boolean {
    return this.handles.some((handle) => (handle.listenerCount?.(event) ?? 0) > 0)
  }

  /** Ends everything that waits, and resolves when the store has taken what is under way. */
  async close(): Promise<void> {
    this.#closed ??= new ClosedError('the feed was closed')
    await this.opening.catch(() => {})
  }

  protected markOpened(): void {
    this.#opened = true
    this.emit('open')
  }

  /** Throws once the feed was closed. */
  protected assertOpen(): void {
    if (this.#closed !== undefined) throw this.#closed
  }

  /** Resolves once the stored state was read; rejects when it could not be, or the feed was closed. */
  protected async untilOpen(options: WaitOptions = {}): Promise<void> {
    if (!this.#opened) await waitFor(this.context.clock, options, this.opening)
    this.assertOpen()
  }
}
