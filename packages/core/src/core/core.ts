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
import { EventEmitter } from 'eventemitter3'
import * as platform from '#platform'
import { toHex } from '../bytes/hex.ts'
import { Feed, type FeedOwner } from '../feed/feed.ts'
import { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { FeedContext, OpenedStorage, OpenFeed } from '../feed/open-feed.ts'
import { UnfinishedFeed } from '../feed/unfinished-feed.ts'
import { HIGH_WATER_BYTES, PeerLink } from '../replicator/peer-link.ts'
import { PeerStream } from '../session/peer-stream.ts'
import { treeHash } from '../tree/tree-hash.ts'
import type { CoreEvents } from './events.ts'
import { Extensions } from './extensions.ts'
import { FeedDirectory } from './feed-directory.ts'
import { parseId } from './feed-id.ts'
import { mergeInto } from './merge.ts'
import { type CoreOptions, durabilityOf, type Timeouts, timeoutsOf } from './options.ts'
import type { StorageWrapper } from './storage-wrapper.ts'

export interface FeedOptions {
  /** Wraps this feed's storage, instead of the core's own wrapper. Ignored for a feed that is open already. */
  readonly wrapStorage?: StorageWrapper | undefined
}

export interface ReplicateOptions {
  /** The connection's channel binding, where its transport has one: it keeps a man in the middle from relaying joins. */
  readonly channelBinding?: Uint8Array | undefined
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
export class Core extends EventEmitter<CoreEvents> implements FeedOwner {
  /** Names this peer to others: 32 bytes. */
  readonly id: Uint8Array
  readonly #storage: Storage
  readonly #random: RandomBytes
  readonly #sha256: Sha256
  readonly #context: FeedContext
  readonly #timeouts: Timeouts
  readonly #wrapStorage: StorageWrapper | undefined
  readonly #extensions = new Extensions()
  readonly #directory = new FeedDirectory()
  readonly #identified = new Map<string, IdentifiedFeed>()
  readonly #unfinished = new Map<string, UnfinishedFeed>()
  readonly #peers = new Set<PeerStream>()
  #opening: Promise<void> | undefined
  #finalizing: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(options: CoreOptions) {
    super()
    const { sha256 = platform.sha256, clock = platform.clock, random = platform.random } = options
    this.id = options.id === undefined ? random(32) : parseId(options.id)
    this.#storage = options.storage
    this.#random = random
    this.#sha256 = sha256
    this.#timeouts = timeoutsOf(options)
    this.#context = { sha256, hash: treeHash(sha256), clock, durability: durabilityOf(options) }
    this.#wrapStorage = options.wrapStorage
    for (const name of options.extensions ?? []) this.#extensions.add(name)
  }

  /** The streams of peers whose handshake has come and that are not over. */
  get peers(): PeerStream[] {
    return [...this.#peers].filter((peer) => peer.remoteId !== undefined)
  }

  /** The ids of the feeds in use. */
  get interests(): Uint8Array[] {
    return [...this.#identified.values()].map(({ id }) => id)
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
    return this.#write(bytes, options, async () => {
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
    const feed = this.#identify(bytes, key, async () => {
      // A feed that is being finalized may be this one.
      await this.#finalizing
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
    await this.#closeHandles(this.#identified.get(toHex(bytes)))
    const storage = await this.#storage.findFeed(bytes)
    if (storage?.record === undefined) return false
    await this.#storage.deleteFeed(storage.record.key)
    return true
  }

  /** Closes all handles of an unfinished feed and deletes it from the store. Resolves with whether it was there. */
  async discard(key: string | Uint8Array): Promise<boolean> {
    const bytes = parseId(key)
    await this.open()
    await this.#closeHandles(this.#unfinished.get(toHex(bytes)))
    const storage = await this.#storage.openFeed(bytes)
    if (storage?.record === undefined || storage.record.id !== undefined) return false
    await this.#storage.deleteFeed(bytes)
    return true
  }

  /**
   * Replication with one more peer: pipe it with a connection. Feeds that are in use are traded: what is missing here
   * is asked for, what is here is served to peers that know the feed's id, and to no one else is an id told.
   */
  replicate(options: ReplicateOptions = {}): PeerStream {
    this.#assertOpen()
    const nonce = this.#random(32)
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
        channelBinding: options.channelBinding
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
  async finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
    await feed.seal().catch((error) => {
      feed.unseal()
      throw error
    })
    const result = this.#finalizing.then(() => this.#finalize(feed))
    this.#finalizing = result.catch(() => {})
    try {
      const identified = await result
      if (identified === undefined) feed.unseal()
      return identified
    } catch (error) {
      feed.unseal()
      throw error
    }
  }

  /** Called by a feed's handle. */
  async release(feed: OpenFeed, handle: Feed): Promise<void> {
    feed.handles.delete(handle)
    if (feed.handles.size === 0) await this.#release(feed)
  }

  async #finalize(feed: UnfinishedFeed): Promise<IdentifiedFeed | undefined> {
    const { key, storage, blocks, byteLength } = feed
    if (blocks === 0) return undefined
    const id = feed.nextId
    const existing = this.#identified.get(toHex(id)) ?? (await this.#stored(id))
    if (existing !== undefined) {
      await existing.opening
      await mergeInto(existing, feed)
      await this.#storage.deleteFeed(key)
      this.#unfinished.delete(toHex(key))
      return existing
    }
    await storage.commit(
      { record: { key, id, blocks, complete: true, byteLength } },
      { durability: this.#context.durability }
    )
    this.#unfinished.delete(toHex(key))
    // Somebody may have asked for it by its id meanwhile.
    const identified =
      this.#identified.get(toHex(id)) ?? this.#identify(id, key, async () => ({ storage, rehash: feed.rehash }))
    await identified.opening
    return identified
  }

  /** The feed with this id, opened, if the store has it. */
  async #stored(id: Uint8Array): Promise<IdentifiedFeed | undefined> {
    const storage = await this.#storage.findFeed(id)
    if (storage?.record === undefined) return undefined
    return this.#identify(id, storage.record.key, () => this.#opened(storage, id, {}))
  }

  #identify(id: Uint8Array, key: Uint8Array, open: () => Promise<OpenedStorage>): IdentifiedFeed {
    const onWanting = (feed: IdentifiedFeed) => {
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
    this.emit('interested', id)
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
      if (this.#identified.get(id) === feed) {
        this.#identified.delete(id)
        this.#directory.delete(feed)
        for (const peer of this.#peers) peer.session.leave(feed)
        this.emit('uninterested', feed.id)
      }
    } else if (feed instanceof UnfinishedFeed && this.#unfinished.get(toHex(feed.key)) === feed) {
      this.#unfinished.delete(toHex(feed.key))
    }
    await feed.close()
  }

  async #closeHandles(feed: OpenFeed | undefined): Promise<void> {
    if (feed === undefined) return
    await Promise.all(([...feed.handles] as Feed[]).map((handle) => handle.close()))
    await this.#release(feed)
  }

  async #close(): Promise<void> {
    for (const peer of this.#peers) peer.end()
    await this.#finalizing
    await Promise.all([...this.#identified.values(), ...this.#unfinished.values()].map((f) => this.#closeHandles(f)))
    await this.#opening?.catch(() => {})
    await this.#storage.close()
    this.removeAllListeners()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the core was closed')
  }
}
