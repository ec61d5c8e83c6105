import {
  type Clock,
  ClosedError,
  type Durability,
  type FeedChange,
  type FeedRecord,
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

/** What holds the feeds that are in use. */
export interface FeedOwner {
  readonly context: FeedContext
  /** The last handle of a feed was closed. */
  release(feed: OpenFeed): Promise<void>
}

/** A handle, as its feed sees it. */
export interface FeedHandle {
  emit<E extends keyof FeedEvents>(event: E, ...args: FeedEvents[E]): unknown
  listenerCount(event: keyof FeedEvents): number
  /** The feed was finalized: the handle is one on what it has become. */
  move(to: OpenFeed): void
  close(): Promise<void>
}

/** What the handles of one feed share, whether it is finalized or not. */
export abstract class OpenFeed {
  /** The handles: each change makes a new list, and a short one takes little memory. */
  handles: readonly FeedHandle[] = []
  readonly owner: FeedOwner
  /** Resolves once the stored state was read; rejects when it could not be. */
  readonly opening: Promise<void>
  /** What the feed is stored in. Only once it has opened, like the next. */
  storage!: FeedStorage
  /** Whether what the storage returns must be hashed again. */
  rehash!: boolean
  /** The sum of the lengths of the blocks that are here, in bytes. */
  byteLength = 0
  /** Whether the stored state was read. */
  opened = false
  /** Whether nobody uses it any more. */
  closed = false

  constructor(owner: FeedOwner, open: () => Promise<OpenedStorage>) {
    this.owner = owner
    this.opening = open().then(async ({ storage, rehash }) => {
      this.storage = storage
      this.rehash = rehash
      await this.load(storage)
      this.opened = true
      this.emit('open')
    })
    this.opening.catch(() => {})
  }

  /** What names the feed, once it is finalized. */
  abstract readonly id: Uint8Array | undefined
  /** The store's handle for it, until then. */
  declare readonly key?: Uint8Array
  /** The number of blocks; 0 while it is not known. */
  abstract readonly blocks: number
  /** How many blocks are here. */
  abstract readonly held: number
  /** Whether it is finalized, and every block is here. */
  abstract readonly complete: boolean
  /** How many peers are on it. */
  abstract readonly peers: number
  /** Resolves once everything that was appended is stored. */
  flush?(): Promise<void>
  /** Resolves once the number of blocks is known. Only once it has opened. */
  ready?(options: WaitOptions): Promise<void>
  abstract has(block: number): boolean
  abstract get(block: number, options: WaitOptions): Promise<Uint8Array | null>

  /** Whether a block that is here is sound in the store; one that is not is dropped where it can be fetched again. */
  abstract check(block: number): Promise<boolean>

  get context(): FeedContext {
    return this.owner.context
  }

  get hash(): TreeHash {
    return this.context.hash
  }

  addHandle(handle: FeedHandle): void {
    this.handles = [...this.handles, handle]
  }

  /** Resolves once the feed is in use no more, if this was the last handle. */
  async deleteHandle(handle: FeedHandle): Promise<void> {
    this.handles = this.handles.filter((other) => other !== handle)
    if (this.handles.length === 0) await this.owner.release(this)
  }

  /** Tells all handles. */
  emit<E extends keyof FeedEvents>(event: E, ...args: FeedEvents[E]): void {
    for (const handle of this.handles) handle.emit(event, ...args)
  }

  /** Ends everything that waits, and resolves when the store has taken what is under way. */
  async close(): Promise<void> {
    this.closed = true
    await this.opening.catch(() => {})
  }

  /** Commits a change, with what is here then. */
  async commit(record: FeedRecord, change: FeedChange = {}): Promise<void> {
    await this.storage.commit({ ...change, record }, { durability: this.context.durability })
    this.byteLength = record.byteLength
  }

  /** Reads the stored state. */
  protected abstract load(storage: FeedStorage): Promise<void>

  /** Throws once the feed was closed. */
  protected assertOpen(): void {
    if (this.closed) throw new ClosedError('the feed was closed')
  }

  /** Resolves once the stored state was read; rejects when it could not be, or the feed was closed. */
  protected async untilOpen(options: WaitOptions = {}): Promise<void> {
    if (!this.opened) await waitFor(this.context.clock, options, this.opening)
    this.assertOpen()
  }
}
