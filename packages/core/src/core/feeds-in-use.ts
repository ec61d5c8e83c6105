import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { IdentifiedFeed, type IdentifiedFeedOwner } from '../feed/identified-feed.ts'
import type { FeedContext, OpenedStorage, OpenFeed } from '../feed/open-feed.ts'
import { UnfinishedFeed, type UnfinishedFeedOwner } from '../feed/unfinished-feed.ts'
import type { Directory } from '../session/options.ts'
import type { Session } from '../session/session.ts'
import { parseId } from './feed-id.ts'
import { finalize } from './finalizing.ts'
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
export class FeedsInUse implements UnfinishedFeedOwner, IdentifiedFeedOwner, Directory {
  readonly identified = new Map<string, IdentifiedFeed>()
  readonly unfinished = new Map<string, UnfinishedFeed>()
  readonly #byPrefix = new Map<number, readonly IdentifiedFeed[]>()
  readonly #owner: FeedsOwner
  readonly #turns = new Turns()

  constructor(owner: FeedsOwner) {
    this.#owner = owner
  }

  get storage(): Storage {
    return this.#owner.storage
  }

  get context(): FeedContext {
    return this.#owner.context
  }

  /** Takes a feed with an id into use. `key` is for the case that the store does not have it yet. */
  identify(id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>): IdentifiedFeed {
    const name = toHex(id)
    const inUse = this.identified.get(name)
    if (inUse) return inUse
    const feed = new IdentifiedFeed(this, id, key, () => this.#open(name, open))
    this.identified.set(name, feed)
    const prefix = numberOf(feed.topic)
    this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), feed])
    feed.opening.then(
      () => this.onWanting(feed),
      () => {}
    )
    this.#owner.emit('interested', copyBytes(id))
    return feed
  }

  /** Takes a feed that is being written into use. */
  write(key: Uint8Array, wrap: StorageWrapper | undefined, open: () => Promise<FeedStorage>): UnfinishedFeed {
    const name = toHex(key)
    const inUse = this.unfinished.get(name)
    if (inUse) return inUse
    const feed = new UnfinishedFeed(this, key, () =>
      this.#open(name, async () => this.opened(await open(), null, wrap))
    )
    this.unfinished.set(name, feed)
    return feed
  }

  /** A feed's storage as it is used: wrapped where that is wished. */
  async opened(storage: FeedStorage, id: Uint8Array | null, wrap?: StorageWrapper): Promise<OpenedStorage> {
    const wrapper = wrap ?? this.#owner.wrapStorage
    if (!wrapper) return { storage, rehash: !this.storage.supports.checksums }
    return { storage: await wrapper(storage, { id }), rehash: true }
  }

  finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
    return finalize(this, feed)
  }

  /**
   * Closes all handles of a feed and deletes it from the store. `find` gives what the store has of it, if that is to be
   * deleted. Resolves with whether it was.
   */
  async delete(
    id: string | Uint8Array,
    inUse: ReadonlyMap<string, OpenFeed>,
    find: (id: Uint8Array) => Promise<FeedStorage | undefined>
  ): Promise<boolean> {
    const bytes = parseId(id)
    const name = toHex(bytes)
    await this.#owner.open()
    return this.inTurn(async () => {
      // Those too that are opened in its place meanwhile.
      for (let feed = inUse.get(name); feed; feed = inUse.get(name)) await this.#closeHandles(feed)
      return this.#turns.take(name, async () => {
        const record = (await find(bytes))?.record
        if (record) await this.storage.deleteFeed(record.key)
        return record !== undefined
      })
    })
  }

  /** Runs a change of which feeds the store has, after those before it: two may get the same id. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    return this.#turns.take('', change)
  }

  /** Closes all feeds, once what is under way is over. */
  async close(): Promise<void> {
    await this.#turns.free('')
    await Promise.all([...this.identified.values(), ...this.unfinished.values()].map((f) => this.#closeHandles(f)))
  }

  byId(id: Uint8Array): IdentifiedFeed | undefined {
    const feed = this.identified.get(toHex(id))
    return feed?.opened ? feed : undefined
  }

  byTopicPrefix(prefix: Uint8Array): readonly IdentifiedFeed[] {
    return (this.#byPrefix.get(numberOf(prefix)) ?? []).filter(({ opened }) => opened)
  }

  *wanting(): Generator<IdentifiedFeed, void> {
    for (const feed of this.identified.values()) if (feed.opened && !feed.complete) yield feed
  }

  isOwnNonce(nonce: Uint8Array): boolean {
    for (const { session } of this.#owner.peers) if (equalBytes(session.options.nonce, nonce)) return true
    return false
  }

  onWanting(feed: IdentifiedFeed): void {
    if (this.byId(feed.id) !== feed) return
    for (const { session } of this.#owner.peers) session.offer(feed)
  }

  /** Feeds of which something is here, those that were opened first first. */
  *others(feed: unknown): Generator<IdentifiedFeed, void> {
    let looked = 0
    for (const other of this.identified.values()) {
      if (++looked > MAX_OTHERS) return
      if (other !== feed && other.opened && other.held > 0) yield other
    }
  }

  /** Opens the store for a feed, once what is under way with it is over. */
  async #open(name: string, open: () => Promise<OpenedStorage>): Promise<OpenedStorage> {
    // What is under way now: its own closing, which waits for its opening, is none of it.
    const free = this.#turns.free(name)
    await this.#owner.open()
    await free
    return open()
  }

  async release(feed: OpenFeed): Promise<void> {
    const inUse: Map<string, OpenFeed> = feed instanceof IdentifiedFeed ? this.identified : this.unfinished
    const name = toHex((feed.id ?? feed.key) as Uint8Array)
    // First, or what one peer owes would be asked of the next, and so on.
    const closing = feed.close()
    if (inUse.get(name) === feed) {
      inUse.delete(name)
      void this.#turns.take(name, () => closing)
      if (feed instanceof IdentifiedFeed) {
        const prefix = numberOf(feed.topic)
        const others = this.#byPrefix.get(prefix)?.filter((other) => other !== feed) ?? []
        if (others.length > 0) this.#byPrefix.set(prefix, others)
        else this.#byPrefix.delete(prefix)
        for (const { session } of this.#owner.peers) session.leave(feed)
        this.#owner.emit('uninterested', copyBytes(feed.id))
      }
    }
    await closing
  }

  async #closeHandles(feed: OpenFeed): Promise<void> {
    await Promise.all(feed.handles.map((handle) => handle.close()))
    await this.release(feed)
  }
}

/** The first two bytes. */
function numberOf([high = 0, low = 0]: Uint8Array): number {
  return high * 256 + low
}
