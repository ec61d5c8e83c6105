import {
  ClosedError,
  FeedFinalizedError,
  type FeedRecord,
  type FeedStorage,
  FeedUnknownError,
  type RandomBytes,
  type Sha256,
  type Storage
} from '@anyfeed/interfaces'
import * as platform from '#platform'
import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { Emitter } from '../events/emitter.ts'
import { Feed, type FeedOwner } from '../feed/feed.ts'
import { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { FeedContext, FeedListener, OpenedStorage, OpenFeed } from '../feed/open-feed.ts'
import { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { HIGH_WATER_BYTES, PeerLink } from '../replicator/peer-link.ts'
import { PeerStream } from '../session/peer-stream.ts'
import { treeHash } from '../tree/tree-hash.ts'
import { type Authorize, permissionOf } from './authorize.ts'
import type { CoreEvents } from './events.ts'
import { Extensions } from './extensions.ts'
import { FeedDirectory } from './feed-directory.ts'
import { parseId } from './feed-id.ts'
import { mergeInto } from './merge.ts'
import { type CoreOptions, durabilityOf, type Platform, type Timeouts, timeoutsOf } from './options.ts'
import type { StorageWrapper } from './storage-wrapper.ts'
import { Turns } from './turns.ts'

export interface FeedOptions {
  /** Wraps this feed's storage, instead of the core's own wrapper. Ignored for a feed that is open already. */
  readonly wrapStorage?: StorageWrapper | undefined
}

export interface ReplicateOptions {
  /** The connection's channel binding, where its transport has one: it keeps a man in the middle from relaying joins. */
  readonly channelBinding?: Uint8Array | undefined
  /** Who the remote is, where the connection's transport proves it. */
  readonly remoteIdentity?: string | undefined
}

/**
 * Keeps feeds in a store and replicates them with peers. It does no I/O of its own.
 *
 * @example
 * const core = createCore({ storage: memoryStorage() })
 * const feed = core.add()
 * await feed.append(['hello', 'world'])
 * const id = await feed.finalize()
 */
export function createCore(options: CoreOptions): Core {
  return new Core(options)
}

/** See {@link createCore}. */
export class Core extends Emitter<CoreEvents> implements FeedOwner {
  /** Names this peer to others: 32 bytes. */
  readonly id: Uint8Array
  /** What this core takes from its surroundings, for whatever works along with it: one clock for all. */
  readonly platform: Platform
  readonly #storage: Storage
  readonly #random: RandomBytes
  readonly #sha256: Sha256
  readonly #context: FeedContext
  readonly #timeouts: Timeouts
  readonly #wrapStorage: StorageWrapper | undefined
  readonly #authorize: Authorize | undefined
  readonly #extensions = new Extensions()
  readonly #directory = new FeedDirectory()
  readonly #identified = new Map<string, IdentifiedFeed>()
  readonly #unfinished = new Map<string, UnfinishedFeed>()
  readonly #peers = new Set<PeerStream>()
  readonly #turns = new Turns()
  #opening: Promise<void> | undefined
  /** Feeds are finalized and deleted one after the other: two may get the same id. */
  #changing: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(options: CoreOptions) {
    super()
    if (options?.storage?.supports === undefined) throw new TypeError('a core needs a storage')
    const { sha256 = platform.sha256, clock = platform.clock, random = platform.random } = options
    this.id = options.id === undefined ? random(32) : parseId(options.id)
    this.platform = { sha256, clock, random }
    this.#storage = options.storage
    this.#random = random
    this.#sha256 = sha256
    this.#timeouts = timeoutsOf(options)
    this.#context = { sha256, hash: treeHash(sha256), clock, durability: durabilityOf(options) }
    this.#wrapStorage = options.wrapStorage
    this.#authorize = options.authorize
    for (const name of options.extensions ?? []) this.#extensions.add(name)
  }

  /** The streams of peers whose handshake has come and that are not over. */
  get peers(): PeerStream[] {
    return [...this.#peers].filter((peer) => peer.remoteId !== undefined)
  }

  /** The ids of the feeds in use. */
  get interests(): Uint8Array[] {
    return [...this.#identified.values()].map(({ id }) => copyBytes(id))
  }

  /** Opens the store, which every other call does by itself. Rejects with a `LockedError` or a `StorageError`. */
  async open(): Promise<void> {
    this.#assertOpen()
    this.#opening ??= this.#storage.open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    await this.#opening
  }

  /** Offers an extension to peers. Throws once a stream was made. */
  use(extension: string): void {
    this.#extensions.add(extension)
  }

  /** A new feed to append to. It is found again after a crash, by its `key`. */
  add(options: FeedOptions = {}): Feed {
    this.#assertOpen()
    const key = this.#random(32)
    return this.#write(key, options, async () => this.#storage.createFeed(key))
  }

  /**
   * Goes on with a feed that was not finalized, by its key (32 bytes, or in hexadecimal digits). The feed's `open`
   * rejects with a `FeedUnknownError` when there is none, and with a `FeedFinalizedError` when it has an id by now.
   */
  resume(key: string | Uint8Array, options: FeedOptions = {}): Feed {
    this.#assertOpen()
    const bytes = parseId(key)
    const open = this.#unfinished.get(toHex(bytes))
    if (open !== undefined) return new Feed(this, open)
    // What is under way now: its own closing, which waits for its opening, is none of it.
    const free = this.#turns.free(toHex(bytes))
    return this.#write(bytes, options, async () => {
      await free
      const storage = await this.#storage.openFeed(bytes)
      if (storage === undefined) throw new FeedUnknownError(`no unfinished feed has the key ${toHex(bytes)}`)
      if (storage.record?.id !== undefined) throw new FeedFinalizedError('the feed was finalized: get it by its id')
      return storage
    })
  }

  /**
   * A feed by its id (32 bytes, or 64 hexadecimal digits), whether it is here or not: what is missing comes from peers
   * once it is asked for.
   */
  get(id: string | Uint8Array, options: FeedOptions = {}): Feed {
    this.#assertOpen()
    const bytes = parseId(id)
    const open = this.#identified.get(toHex(bytes))
    if (open !== undefined) return new Feed(this, open)
    const key = this.#random(32)
    const free = this.#turns.free(toHex(bytes))
    const feed = this.#identify(bytes, key, async () => {
      await free
      return this.#opened((await this.#storage.findFeed(bytes)) ?? this.#storage.createFeed(key), bytes, options)
    })
    return new Feed(this, feed)
  }

  /** The records of all feeds with an id, in no order. */
  async *list(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord & { id: Uint8Array }, void> {
    await this.open()
    for await (const record of this.#storage.feeds(options)) {
      if (record.id !== undefined) yield { ...record, id: record.id }
    }
  }

  /** The records of all feeds that were not finalized, in no order. */
  async *unfinished(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord, void> {
    await this.open()
    for await (const record of this.#storage.feeds(options)) if (record.id === undefined) yield record
  }

  /** Closes all handles of a feed and deletes it from the store. Resolves with whether it was there. */
  async delete(id: string | Uint8Array): Promise<boolean> {
    const bytes = parseId(id)
    await this.open()
    return this.#inTurn(async () => {
      await this.#closeAll(() => this.#identified.get(toHex(bytes)))
      return this.#turns.take(toHex(bytes), async () => {
        const record = (await this.#storage.findFeed(bytes))?.record
        if (record !== undefined) await this.#storage.deleteFeed(record.key)
        return record !== undefined
      })
    })
  }

  /** Closes all handles of an unfinished feed and deletes it from the store. Resolves with whether it was there. */
  async discard(key: string | Uint8Array): Promise<boolean> {
    const bytes = parseId(key)
    await this.open()
    return this.#inTurn(async () => {
      await this.#closeAll(() => this.#unfinished.get(toHex(bytes)))
      return this.#turns.take(toHex(bytes), async () => {
        const record = (await this.#storage.openFeed(bytes))?.record
        const unfinished = record !== undefined && record.id === undefined
        if (unfinished) await this.#storage.deleteFeed(bytes)
        return unfinished
      })
    })
  }

  /**
   * Replication with one more peer: pipe it with a connection. Feeds that are in use are traded: what is missing here
   * is asked for, what is here is served to peers that know the feed's id, and to no one else is an id told.
   */
  replicate(options: ReplicateOptions = {}): PeerStream {
    this.#assertOpen()
    const nonce = this.#random(32)
    const authorize = this.#authorize
    const identity = options.remoteIdentity
    const stream = new PeerStream(
      {
        ...this.#timeouts,
        id: this.id,
        nonce,
        extensions: this.#extensions.freeze(),
        directory: this.#directory,
        clock: this.#context.clock,
        sha256: this.#sha256,
        lowWater: HIGH_WATER_BYTES / 2,
        channelBinding: options.channelBinding,
        permission: authorize && ((feed, { id, version }) => permissionOf(authorize, { id, identity, version }, feed))
      },
      (stream) => {
        let link: PeerLink | undefined
        const linkOf = () => {
          link ??= new PeerLink(stream.session, this.#context.clock, this.#timeouts)
          return link
        }
        return {
          onChannel: (channel) => (channel.feed as IdentifiedFeed).replicator.attach(channel, linkOf()),
          onHandshake: () => this.emit('peer', stream),
          onReceive: (bytes) => link?.requests.received(bytes),
          roundTripTime: () => link?.window.roundTripTime,
          onPause: (direction) => linkOf().pauses.pause(direction),
          onResume: (direction) => linkOf().pauses.resume(direction),
          onDrain: () => link?.onDrain(),
          onEnd: (error) => {
            link?.stop()
            this.#directory.deleteNonce(nonce)
            this.#peers.delete(stream)
            if (stream.remoteId !== undefined) this.emit('peer-end', stream, error)
          }
        }
      }
    )
    this.#directory.addNonce(nonce)
    this.#peers.add(stream)
    return stream
  }

  /** Ends all streams, closes all feeds and the store. Resolves when nothing is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Called by a feed's handle. */
  finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
    feed.finalizing ??= this.#finalize(feed).finally(() => {
      feed.finalizing = undefined
    })
    return feed.finalizing
  }

  /** Called by a feed's handle. */
  async release(feed: OpenFeed, handle: Feed): Promise<void> {
    await this.#letGo(feed, handle)
  }

  async #letGo(feed: OpenFeed, handle: FeedListener): Promise<void> {
    feed.handles.delete(handle)
    if (feed.handles.size === 0) await this.#release(feed)
  }

  async #finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
    // Held in use until the handles are on it, whatever others do meanwhile.
    const hold: FeedListener = { emit: () => false }
    let identified: IdentifiedFeed | undefined
    try {
      await feed.seal()
      identified = await this.#inTurn(() => this.#identifyWritten(feed, hold))
    } finally {
      if (identified === undefined) feed.unseal()
    }
    if (identified === undefined) return undefined
    this.#unfinished.delete(toHex(feed.key))
    for (const handle of [...feed.handles]) if (handle instanceof Feed) handle.move(identified)
    await this.#letGo(identified, hold)
    identified.emit('finalize', copyBytes(identified.id))
    return identified
  }

  /** Gives a written feed its id, or merges it into the feed that has this id already. */
  async #identifyWritten(feed: UnfinishedFeed, hold: FeedListener): Promise<IdentifiedFeed | undefined> {
    const { key, storage, rehash, blocks, byteLength } = feed
    if (blocks === 0) return undefined
    const id = feed.nextId
    const stored = this.#identified.has(toHex(id)) ? undefined : await this.#stored(id)
    const existing = this.#identified.get(toHex(id))
    const identified =
      existing ??
      this.#identify(id, stored?.record?.key ?? key, async () => {
        if (stored !== undefined) return this.#opened(stored, id, {})
        // Whoever asks for the id meanwhile waits for this.
        const record = { key, id, blocks, complete: true, byteLength }
        await storage.commit({ record }, { durability: this.#context.durability })
        return { storage, rehash }
      })
    identified.handles.add(hold)
    try {
      await identified.opening
      if (existing !== undefined || stored !== undefined) {
        await mergeInto(identified, feed)
        await this.#storage.deleteFeed(key)
      }
      return identified
    } catch (error) {
      await this.#letGo(identified, hold)
      throw error
    }
  }

  /** What the store has of a feed that is not in use. */
  async #stored(id: Uint8Array): Promise<FeedStorage | undefined> {
    await this.#turns.free(toHex(id))
    return this.#storage.findFeed(id)
  }

  #identify(id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>): IdentifiedFeed {
    const onWanting = (feed: IdentifiedFeed) => {
      if (this.#directory.byId(id) !== feed) return
      for (const peer of this.#peers) peer.session.offer(feed)
    }
    const feed: IdentifiedFeed = new IdentifiedFeed(this.#context, { id, key, onWanting }, () => this.open().then(open))
    this.#identified.set(toHex(id), feed)
    feed.opening.then(
      () => {
        if (this.#identified.get(toHex(id)) !== feed) return
        this.#directory.add(feed)
        onWanting(feed)
      },
      () => {}
    )
    this.emit('interested', copyBytes(id))
    return feed
  }

  #write(key: Uint8Array, options: FeedOptions, open: () => Promise<FeedStorage>): Feed {
    const feed = new UnfinishedFeed(this.#context, key, async () => {
      await this.open()
      return this.#opened(await open(), null, options)
    })
    this.#unfinished.set(toHex(key), feed)
    return new Feed(this, feed)
  }

  async #opened(storage: FeedStorage, id: Uint8Array | null, options: FeedOptions): Promise<OpenedStorage> {
    const wrap = options.wrapStorage ?? this.#wrapStorage
    if (wrap === undefined) return { storage, rehash: !this.#storage.supports.checksums }
    return { storage: await wrap(storage, { id }), rehash: true }
  }

  async #release(feed: OpenFeed): Promise<void> {
    if (feed instanceof IdentifiedFeed) {
      const id = toHex(feed.id)
      if (this.#identified.get(id) !== feed) return feed.close()
      this.#identified.delete(id)
      this.#directory.delete(feed)
      // First, or what one peer owes would be asked of the next, and so on.
      feed.replicator.stop()
      const closed = this.#turns.take(id, () => feed.close())
      for (const peer of this.#peers) peer.session.leave(feed)
      this.emit('uninterested', copyBytes(feed.id))
      await closed
    } else if (feed instanceof UnfinishedFeed) {
      const key = toHex(feed.key)
      if (this.#unfinished.get(key) !== feed) return feed.close()
      this.#unfinished.delete(key)
      await this.#turns.take(key, () => feed.close())
    }
  }

  async #closeHandles(feed: OpenFeed): Promise<void> {
    await Promise.all([...feed.handles].map((handle) => (handle instanceof Feed ? handle.close() : undefined)))
    await this.#release(feed)
  }

  /** Closes a feed, and those that are opened in its place meanwhile. */
  async #closeAll(next: () => OpenFeed | undefined): Promise<void> {
    for (let feed = next(); feed !== undefined; feed = next()) await this.#closeHandles(feed)
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(change)
    this.#changing = result.catch(() => {})
    return result
  }

  async #close(): Promise<void> {
    for (const peer of this.#peers) peer.end()
    await this.#changing
    await Promise.all([...this.#identified.values(), ...this.#unfinished.values()].map((f) => this.#closeHandles(f)))
    await this.#opening?.catch(() => {})
    await this.#storage.close()
    this.removeAllListeners()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the core was closed')
  }
}
