import { ClosedError, FeedFinalizedError, type FeedRecord, FeedUnknownError } from '@anyfeed/interfaces'
import * as platform from '#platform'
import { copyBytes } from '../bytes/copy.ts'
import { toHex } from '../bytes/hex.ts'
import { Emitter } from '../events/emitter.ts'
import { Feed } from '../feed/feed.ts'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { FeedContext } from '../feed/open-feed.ts'
import { HIGH_WATER_BYTES, PeerLink } from '../replicator/peer-link.ts'
import { PeerStream } from '../session/peer-stream.ts'
import { treeHash } from '../tree/tree-hash.ts'
import { type Authorize, permissionOf } from './authorize.ts'
import type { CoreEvents } from './events.ts'
import { Extensions } from './extensions.ts'
import { parseId } from './feed-id.ts'
import { FeedsInUse } from './feeds-in-use.ts'
import { type CoreOptions, durabilityOf, type Platform, type Timeouts, timeoutsOf } from './options.ts'
import type { StorageWrapper } from './storage-wrapper.ts'

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
export class Core extends Emitter<CoreEvents> {
  /** Names this peer to others: 32 bytes. */
  readonly id: Uint8Array
  /** What this core takes from its surroundings, for whatever works along with it: one clock for all. */
  readonly platform: Platform
  readonly #timeouts: Timeouts
  readonly #authorize: Authorize | undefined
  readonly #extensions = new Extensions()
  readonly #feeds: FeedsInUse
  readonly #peers = new Set<PeerStream>()
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: CoreOptions) {
    super()
    if (!options?.storage?.supports) throw new TypeError('a core needs a storage')
    const { sha256 = platform.sha256, clock = platform.clock, random = platform.random } = options
    this.id = options.id === undefined ? random(32) : parseId(options.id)
    this.platform = { sha256, clock, random }
    this.#timeouts = timeoutsOf(options)
    const context: FeedContext = { ...this.platform, hash: treeHash(sha256), durability: durabilityOf(options) }
    this.#feeds = new FeedsInUse({
      storage: options.storage,
      context,
      wrapStorage: options.wrapStorage,
      peers: this.#peers,
      open: () => this.open(),
      emit: (event, id) => this.emit(event, id)
    })
    this.#authorize = options.authorize
    for (const name of options.extensions ?? []) this.#extensions.add(name)
  }

  /** The streams of peers whose handshake has come and that are not over. */
  get peers(): PeerStream[] {
    return [...this.#peers].filter((peer) => peer.remoteId !== undefined)
  }

  /** The ids of the feeds in use. */
  get interests(): Uint8Array[] {
    return [...this.#feeds.identified.values()].map(({ id }) => copyBytes(id))
  }

  /** Opens the store, which every other call does by itself. Rejects with a `LockedError` or a `StorageError`. */
  async open(): Promise<void> {
    this.#assertOpen()
    this.#opening ??= this.#feeds.storage.open().catch((error) => {
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
    const key = this.platform.random(32)
    return new Feed(this.#feeds.write(key, options.wrapStorage, async () => this.#feeds.storage.createFeed(key)))
  }

  /**
   * Goes on with a feed that was not finalized, by its key (32 bytes, or in hexadecimal digits). The feed's `open`
   * rejects with a `FeedUnknownError` when there is none, and with a `FeedFinalizedError` when it has an id by now.
   */
  resume(key: string | Uint8Array, options: FeedOptions = {}): Feed {
    this.#assertOpen()
    const bytes = parseId(key)
    const open = async () => {
      const storage = await this.#feeds.storage.openFeed(bytes)
      if (!storage) throw new FeedUnknownError(`no feed has the key ${toHex(bytes)}`)
      if (storage.record?.id) throw new FeedFinalizedError('the feed is finalized')
      return storage
    }
    return new Feed(this.#feeds.write(bytes, options.wrapStorage, open))
  }

  /**
   * A feed by its id (32 bytes, or 64 hexadecimal digits), whether it is here or not: what is missing comes from peers
   * once it is asked for.
   */
  get(id: string | Uint8Array, options: FeedOptions = {}): Feed {
    this.#assertOpen()
    const bytes = parseId(id)
    const key = this.platform.random(32)
    const feed = this.#feeds.identify(bytes, key, async () => {
      const storage = (await this.#feeds.storage.findFeed(bytes)) ?? this.#feeds.storage.createFeed(key)
      return this.#feeds.opened(storage, bytes, options.wrapStorage)
    })
    return new Feed(feed)
  }

  /** The records of all feeds with an id, in no order. */
  async *list(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord & { id: Uint8Array }, void> {
    await this.open()
    for await (const record of this.#feeds.storage.feeds(options)) {
      if (record.id) yield record as FeedRecord & { id: Uint8Array }
    }
  }

  /** The records of all feeds that were not finalized, in no order. */
  async *unfinished(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<FeedRecord, void> {
    await this.open()
    for await (const record of this.#feeds.storage.feeds(options)) if (!record.id) yield record
  }

  /** Closes all handles of a feed and deletes it from the store. Resolves with whether it was there. */
  async delete(id: string | Uint8Array): Promise<boolean> {
    return this.#feeds.delete(id, this.#feeds.identified, (bytes) => this.#feeds.storage.findFeed(bytes))
  }

  /** Closes all handles of an unfinished feed and deletes it from the store. Resolves with whether it was there. */
  async discard(key: string | Uint8Array): Promise<boolean> {
    return this.#feeds.delete(key, this.#feeds.unfinished, async (bytes) => {
      const storage = await this.#feeds.storage.openFeed(bytes)
      return storage?.record?.id ? undefined : storage
    })
  }

  /**
   * Replication with one more peer: pipe it with a connection. Feeds that are in use are traded: what is missing here
   * is asked for, what is here is served to peers that know the feed's id, and to no one else is an id told.
   */
  replicate(options: ReplicateOptions = {}): PeerStream {
    this.#assertOpen()
    const authorize = this.#authorize
    const identity = options.remoteIdentity
    let link: PeerLink
    const stream: PeerStream = new PeerStream(
      {
        ...this.#timeouts,
        ...this.platform,
        id: this.id,
        nonce: this.platform.random(32),
        extensions: this.#extensions.freeze(),
        directory: this.#feeds,
        lowWater: HIGH_WATER_BYTES / 2,
        channelBinding: options.channelBinding,
        permission: authorize && ((feed, { id, version }) => permissionOf(authorize, { id, identity, version }, feed))
      },
      {
        link: (session) => {
          link = new PeerLink(session, this.platform.clock, this.#timeouts)
          return link
        },
        onChannel: (channel) => (channel.feed as IdentifiedFeed).replicator.attach(channel, link),
        onJoining: (channel) => (channel.feed as IdentifiedFeed).replicator.onJoining(channel, link),
        onHandshake: () => this.emit('peer', stream),
        onEnd: (error) => {
          this.#peers.delete(stream)
          if (stream.remoteId) this.emit('peer-end', stream, error)
        }
      }
    )
    this.#peers.add(stream)
    return stream
  }

  /** Ends all streams, closes all feeds and the store. Resolves when nothing is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const peer of this.#peers) peer.end()
    await this.#feeds.close()
    await this.#opening?.catch(() => {})
    await this.#feeds.storage.close()
    this.removeAllListeners()
  }

  #assertOpen(): void {
    if (this.#closing) throw new ClosedError('the core was closed')
  }
}
