import type { FeedRecord, FeedStorage, Storage } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { Feed } from '../feed/feed.ts'
import { IdentifiedFeed, type IdentifiedFeedOwner } from '../feed/identified-feed.ts'
import type { FeedContext, FeedListener, OpenedStorage, OpenFeed } from '../feed/open-feed.ts'
import { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import type { LocalContent } from '../replicator/duplicates.ts'
import type { Session } from '../session/session.ts'
import { FeedDirectory } from './feed-directory.ts'
import type { StorageWrapper } from './storage-wrapper.ts'
import { Turns } from './turns.ts'

/** So many feeds are looked through for what another one wants. */
const MAX_OTHERS = 256

/** What feeds in use need of their core. */
export interface FeedsOwner {
  readonly storage: Storage
  readonly context: FeedContext
  /** The streams of peers. */
  readonly peers: Iterable<{ readonly session: Session }>
  readonly wrapStorage: StorageWrapper | undefined
  /** Opens the store. */
  open(): Promise<void>
  emit(event: 'interested' | 'uninterested', id: Uint8Array): void
}

/** The feeds that have handles: opened once however many handles they have, and closed with the last of them. */
export class FeedsInUse implements IdentifiedFeedOwner {
  readonly identified = new Map<string, IdentifiedFeed>()
  readonly unfinished = new Map<string, UnfinishedFeed>()
  readonly directory = new FeedDirectory(this.identified)
  readonly #owner: FeedsOwner
  readonly #turns = new Turns()
  /** Feeds are finalized and deleted one after the other: two may get the same id. */
  #changing: Promise<unknown> = Promise.resolve()

  constructor(owner: FeedsOwner) {
    this.#owner = owner
  }

  get storage(): Storage {
    return this.#owner.storage
  }

  get context(): FeedContext {
    return this.#owner.context
  }

  /** Resolves when nothing of what has this name is under way that was when it was called. */
  free(name: string): Promise<void> {
    return this.#turns.free(name)
  }

  /** What the store has of a feed that is not in use. */
  async stored(id: Uint8Array): Promise<FeedStorage | undefined> {
    await this.#turns.free(toHex(id))
    return this.storage.findFeed(id)
  }

  /** Takes a feed with an id into use. `key` is for the case that the store does not have it yet. */
  identify(id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>): IdentifiedFeed {
    const feed = new IdentifiedFeed(this.context, this, { id, key }, () => this.#owner.open().then(open))
    const name = toHex(id)
    this.identified.set(name, feed)
    feed.opening.then(
      () => {
        if (this.identified.get(name) !== feed) return
        this.directory.add(feed)
        this.onWanting(feed)
      },
      () => {}
    )
    this.#owner.emit('interested', copyBytes(id))
    return feed
  }

  /** Takes a feed that is being written into use. */
  write(key: Uint8Array, wrap: StorageWrapper | undefined, open: () => Promise<FeedStorage>): UnfinishedFeed {
    const feed = new UnfinishedFeed(this.context, key, async () => {
      await this.#owner.open()
      return this.opened(await open(), null, wrap)
    })
    this.unfinished.set(toHex(key), feed)
    return feed
  }

  /** A feed's storage as it is used: wrapped where that is wished. */
  async opened(storage: FeedStorage, id: Uint8Array | null, wrap?: StorageWrapper): Promise<OpenedStorage> {
    const wrapper = wrap ?? this.#owner.wrapStorage
    if (wrapper === undefined) return { storage, rehash: !this.storage.supports.checksums }
    return { storage: await wrapper(storage, { id }), rehash: true }
  }

  /** A handle was closed, or somebody who held the feed in use lets go. */
  async letGo(feed: OpenFeed, handle: FeedListener): Promise<void> {
    feed.deleteHandle(handle)
    if (feed.handles.length === 0) await this.#release(feed)
  }

  /**
   * Closes all handles of a feed and deletes it from the store. `find` gives its record, if it is there and to be
   * deleted. Resolves with whether it was.
   */
  delete(
    name: string,
    inUse: () => OpenFeed | undefined,
    find: () => Promise<FeedRecord | undefined>
  ): Promise<boolean> {
    return this.inTurn(async () => {
      // Those too that are opened in its place meanwhile.
      for (let feed = inUse(); feed !== undefined; feed = inUse()) await this.#closeHandles(feed)
      return this.#turns.take(name, async () => {
        const record = await find()
        if (record !== undefined) await this.storage.deleteFeed(record.key)
        return record !== undefined
      })
    })
  }

  /** Runs a change of which feeds the store has, after those before it. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(change)
    this.#changing = result.catch(() => {})
    return result
  }

  /** Closes all feeds, once what is under way is over. */
  async close(): Promise<void> {
    await this.#changing
    await Promise.all([...this.identified.values(), ...this.unfinished.values()].map((f) => this.#closeHandles(f)))
  }

  onWanting(feed: IdentifiedFeed): void {
    if (this.directory.byId(feed.id) !== feed) return
    for (const { session } of this.#owner.peers) session.offer(feed)
  }

  localContent(feed: IdentifiedFeed): LocalContent {
    const { storage } = this
    return {
      others: () => this.#others(feed),
      block: storage.findBlock && ((leaf) => (storage.findBlock as NonNullable<Storage['findBlock']>)(leaf))
    }
  }

  /** Feeds of which something is here, those that were opened first first. */
  *#others(feed: IdentifiedFeed): Generator<IdentifiedFeed, void> {
    let looked = 0
    for (const other of this.identified.values()) {
      if (++looked > MAX_OTHERS) return
      if (other !== feed && other.opened && other.held > 0) yield other
    }
  }

  async #release(feed: OpenFeed): Promise<void> {
    if (feed instanceof IdentifiedFeed) {
      const id = toHex(feed.id)
      if (this.identified.get(id) !== feed) return feed.close()
      this.identified.delete(id)
      this.directory.delete(feed)
      // First, or what one peer owes would be asked of the next, and so on.
      feed.stopTrading()
      const closed = this.#turns.take(id, () => feed.close())
      for (const { session } of this.#owner.peers) session.leave(feed)
      this.#owner.emit('uninterested', copyBytes(feed.id))
      await closed
    } else if (feed instanceof UnfinishedFeed) {
      const key = toHex(feed.key)
      if (this.unfinished.get(key) !== feed) return feed.close()
      this.unfinished.delete(key)
      await this.#turns.take(key, () => feed.close())
    }
  }

  async #closeHandles(feed: OpenFeed): Promise<void> {
    await Promise.all(feed.handles.map((handle) => (handle instanceof Feed ? handle.close() : undefined)))
    await this.#release(feed)
  }
}
