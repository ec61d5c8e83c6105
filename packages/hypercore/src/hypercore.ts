import { type Core, type CoreOptions, type PeerStream as CorePeerStream, createCore } from '@anyfeed/core'
import { ClosedError, type Storage } from '@anyfeed/interfaces'
import type { Swarm } from '@anyfeed/swarm'
import type { BlockStoreOption } from './block-store.ts'
import { answer, type Callback, emitTo } from './callbacks.ts'
import { type Database, toStorage } from './database.ts'
import type { Feed, FeedOptions } from './feed.ts'
import { asBuffer, type FeedId, type FeedLink, toId } from './feed-id.ts'
import { FeedsInUse } from './feeds-in-use.ts'
import { FoundPeer, type Peer } from './found-peer.ts'
import { listStream } from './list-stream.ts'
import { PeerStream, RESERVED_EVENTS } from './peer-stream.ts'
import { type Buffer, EventEmitter, type Readable } from './platform.ts'
import { ReadStream, type ReadStreamOptions } from './read-stream.ts'
import { type SwarmingOptions, swarmOf } from './swarming.ts'
import { WriteStream } from './write-stream.ts'

export interface HypercoreOptions extends Omit<CoreOptions, 'storage' | 'wrapStorage'>, SwarmingOptions {
  /** Where blocks are kept, instead of the database; a feed's own `storage` goes before it. */
  readonly storage?: BlockStoreOption | null | undefined
}

/** What a core tells of itself. */
export interface HypercoreEvents {
  /** A feed is in use: peers that share it may be looked for. */
  interested: [id: Buffer]
  /** Nobody uses a feed any more. */
  uninterested: [id: Buffer]
  /** A peer has sent its handshake, whether its stream was piped or the swarm has found it. */
  peer: [peer: Peer]
}

/** The documented hypercore 1.x API. Made by `hypercore(db)`, with or without `new`. */
export class Hypercore extends EventEmitter<HypercoreEvents> {
  /** The database or store that it was made with. */
  readonly db: Database | Storage
  /** Names this peer to others: 32 bytes. */
  readonly id: Buffer
  /** The peers whose handshake has come and that are not over. */
  readonly peers: Peer[] = []
  /** Finds peers and connects them, and can be watched and told to dial; `null` without `transports`. */
  readonly swarm: Swarm | null
  readonly #core: Core
  readonly #feeds: FeedsInUse
  #closing: Promise<void> | undefined

  /** Throws a `TypeError` for what is no database, and for options of the wrong kind. */
  constructor(db: Database | Storage, options: HypercoreOptions = {}) {
    super()
    const { storage, transports, discovery, listen, ...rest } = options ?? {}
    this.db = db
    this.#feeds = new FeedsInUse(() => this.#core, storage, {
      onInterested: (id) => emitTo(this, 'interested', id),
      onUninterested: (id) => emitTo(this, 'uninterested', id)
    })
    const wrapStorage: CoreOptions['wrapStorage'] = (stored) => this.#feeds.wrapWrittenAgain(stored)
    this.#core = createCore({ ...rest, storage: toStorage(db), wrapStorage })
    this.id = asBuffer(this.#core.id)
    const found = new Map<CorePeerStream, FoundPeer>()
    this.swarm = swarmOf(
      this.#core,
      { transports, discovery, listen },
      {
        onPeer: (stream) => {
          const peer = new FoundPeer(stream, this.id)
          found.set(stream, peer)
          this.#onPeer(peer)
        },
        onPeerEnd: (stream) => {
          this.#onPeerEnd(found.get(stream) as FoundPeer)
          found.delete(stream)
        }
      }
    )
  }

  /** A new feed to append to. */
  add(options?: FeedOptions | null): Feed {
    this.#assertOpen()
    const use = this.#feeds.add(options ?? {})
    use.holders++
    return use.feed
  }

  /**
   * A feed by its id, which is fetched from peers from now on. While it is in use this is always the same object, and
   * each call is one more use of it, to be ended by its `close`. A link is an object with an `id`, and options.
   *
   * Throws a `TypeError` for what is no id.
   */
  get(id: FeedId | FeedLink | (FeedLink & FeedOptions), options?: FeedOptions | null): Feed {
    const use = this.#use(id, options)
    use.holders++
    return use.feed
  }

  /**
   * A stream to write a new feed to: each write is one block. Once `finish` was emitted, its `id` and `blocks` tell of
   * the feed, which is then shared with peers.
   */
  createWriteStream(options?: FeedOptions | null): WriteStream {
    this.#assertOpen()
    const use = this.#feeds.add(options ?? {})
    return new WriteStream(use.feed, () => this.#feeds.abandon(use))
  }

  /** A stream of a feed's blocks, each a Buffer, which waits for those that are still to come. */
  createReadStream(
    id: FeedId | FeedLink | (FeedLink & FeedOptions),
    options?: (ReadStreamOptions & FeedOptions) | null
  ): ReadStream {
    const use = this.#use(id, options)
    return new ReadStream(use.handle, use.feed, options ?? {})
  }

  /** A stream of the ids of all stored feeds, as strings of 64 hexadecimal digits, in no order. */
  list(): Readable {
    this.#assertOpen()
    return listStream(this.#core)
  }

  /** A stream to be piped together with a remote peer's: over it, feeds that both use are replicated. */
  createPeerStream(): PeerStream {
    this.#assertOpen()
    return new PeerStream(this.#core.replicate(), this.id, {
      onHandshake: (peer) => this.#onPeer(peer),
      onEnd: (peer) => this.#onPeerEnd(peer)
    })
  }

  /**
   * Offers an extension to peers. Throws once a peer stream was made, and a `TypeError` for a name that cannot be sent or
   * that is an event of every stream.
   */
  use(extension: string): void {
    if (RESERVED_EVENTS.has(extension)) throw new TypeError(`'${extension}' is an event of every peer stream`)
    this.#core.use(extension)
  }

  /** Ends all peer streams and the swarm with its parts, closes all feeds and the database. */
  close(): Promise<void>
  close(callback: Callback): void
  close(callback?: Callback): Promise<void> | void {
    this.#closing ??= this.#close()
    return answer(this.#closing, callback)
  }

  async #close(): Promise<void> {
    try {
      await this.swarm?.close()
      await this.#feeds.endAll()
    } finally {
      await this.#core.close()
    }
  }

  #onPeer(peer: Peer): void {
    this.peers.push(peer)
    this.#feeds.fetch()
    emitTo(this, 'peer', peer)
  }

  #onPeerEnd(peer: Peer): void {
    const index = this.peers.indexOf(peer)
    if (index >= 0) this.peers.splice(index, 1)
  }

  #use(link: FeedId | FeedLink | (FeedLink & FeedOptions), options: FeedOptions | null | undefined) {
    this.#assertOpen()
    if (isLink(link)) return this.#feeds.get(toId(link.id), options ?? (link as FeedOptions))
    return this.#feeds.get(toId(link), options ?? {})
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the core was closed')
  }
}

function isLink(value: FeedId | FeedLink): value is FeedLink {
  return typeof value === 'object' && value !== null && 'id' in value
}
