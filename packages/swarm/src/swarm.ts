import type { Core } from '@anyfeed/core'
import { topicOf } from '@anyfeed/core'
import { ClosedError, type Discovery, type Listener, type Transport } from '@anyfeed/interfaces'
import { EventEmitter } from 'eventemitter3'
import { AddressBook } from './address-book.ts'
import { AddressGroup } from './address-group.ts'
import { chance } from './chance.ts'
import { Connections } from './connections.ts'
import type { SwarmCounters } from './counters.ts'
import { Dialer } from './dialer.ts'
import { Doors } from './doors.ts'
import type { Dial, SwarmEvents } from './events.ts'
import type { KnownAddress } from './known-address.ts'
import { type Limits, limitsOf, type SwarmOptions } from './options.ts'
import type { PeerRecord } from './peer-table.ts'
import type { Seeking } from './search.ts'
import type { SwarmPeer } from './swarm-peer.ts'
import { toHex } from './to-hex.ts'
import { Topic } from './topic.ts'
import { ourselves, type SwarmDialOptions, UserDials } from './user-dials.ts'
import { within } from './waiting.ts'
import { Warnings } from './warnings.ts'

/** What is known about one feed's peers. */
export interface SwarmTopic {
  /** The feed's id. */
  readonly feed: Uint8Array
  /** What names the feed in discoveries: 32 bytes. */
  readonly topic: Uint8Array
  /** For each discovery: the addresses it found that are remembered, and how many of those lead to a connected peer. */
  readonly discoveries: Readonly<Record<string, { readonly found: number; readonly connected: number }>>
}

/**
 * Joins a core to its peers: looks for those who have the feeds in use, lets them find us, and trades with them.
 *
 * Nothing that an adapter does wrong comes out of here but as a `warning` or a `dial-failed`.
 *
 * @example
 * const discovery = [memoryDiscovery(rendezvous)]
 * const swarm = createSwarm({ core, transports: [tcpTransport()], discovery, listen: ['/ip4/0.0.0.0/tcp/0'] })
 * swarm.on('peer', (peer) => console.log(peer.address, peer.discoveries))
 * await swarm.close()
 */
export function createSwarm(options: SwarmOptions): Swarm {
  return new Swarm(options)
}

/** See {@link createSwarm}. */
export class Swarm extends EventEmitter<SwarmEvents> {
  readonly #core: Core
  readonly #transports: readonly Transport[]
  readonly #discoveries: readonly Discovery[]
  readonly #limits: Limits
  readonly #seeking: Seeking
  readonly #warnings = new Warnings((warning) => this.#tell('warning', warning))
  readonly #book: AddressBook
  readonly #dialer: Dialer
  readonly #connections: Connections
  readonly #userDials: UserDials
  readonly #doors: Doors
  readonly #topics = new Map<string, Topic>()
  /** What is being withdrawn from discoveries. */
  readonly #leaving = new Set<Promise<void>>()
  readonly #opening: Promise<void>
  /** Our own addresses; `undefined` until the first listeners are there. */
  #addresses: readonly string[] | undefined
  #closing: Promise<void> | undefined

  constructor(options: SwarmOptions) {
    super()
    const { core, transports, discovery = [], listen = [] } = options
    const { clock = core.platform.clock, random = core.platform.random } = options
    const limits = limitsOf(options)
    const roll = () => chance(random)
    const reserve = Math.min(2, Math.floor(limits.maxConnections / 4))
    this.#core = core
    this.#transports = transports
    this.#discoveries = discovery
    this.#limits = limits
    const { lookupInterval, closeTimeout } = limits
    this.#seeking = { clock, chance: roll, warnings: this.#warnings, lookupInterval, closeTimeout }
    const given = new AddressGroup(Infinity)
    this.#book = new AddressBook(transports, (known) => this.#forgotten(known))
    this.#connections = new Connections(core, clock, limits, reserve, given, {
      onPeer: (peer) => this.#tell('peer', peer),
      onPeerEnd: (peer, error) => this.#tell('peer-end', peer, error),
      onMet: (known, record) => this.#met(known, record),
      onUnmet: (known, error) => this.#dialer.failed(known, error),
      onSelf: (known) => this.#self(known),
      onLost: (record, lasted) => this.#lost(record, lasted),
      onRoom: () => this.#dialer.pump()
    })
    this.#dialer = new Dialer(clock, roll, limits, reserve, {
      room: () => this.#connections.room,
      mayUseReserve: (group) => group === given || group.linked.size === 0,
      isConnected: (known) => this.#isConnected(known),
      onDial: (known) => {
        this.#connections.counters.dials++
        this.#tell('dial', dialOf(known))
      },
      onConnection: (connection, known) => this.#connections.adopt(connection, known),
      onFailed: (known, error, retryMs) => this.#failed(known, error, retryMs)
    })
    this.#userDials = new UserDials(given, this.#book, this.#dialer, this.#connections.table)
    this.#doors = new Doors(
      (connection, transport) => this.#connections.accept(connection, transport, this.#dialer.connecting),
      () => this.#onDoors()
    )
    core.on('interested', this.#begin)
    core.on('uninterested', this.#end)
    for (const feed of core.interests) this.#begin(feed)
    this.#opening = this.#open(listen)
    this.#opening.catch(() => {})
  }

  /** The peers that are connected, each once. */
  get peers(): SwarmPeer[] {
    return this.#connections.table.peers
  }

  /** The feeds whose peers are looked for. */
  get topics(): SwarmTopic[] {
    return [...this.#topics.values()].map((topic) => ({
      feed: topic.feed,
      topic: topic.hash,
      discoveries: topic.counts()
    }))
  }

  /** The addresses under which others can dial us. */
  get addresses(): readonly string[] {
    return this.#doors.addresses
  }

  /** What was done so far. */
  get counters(): SwarmCounters {
    return this.#connections.counters.now(this.#connections.links)
  }

  /** The number of dials under way, up to the moment that the peer says who it is. */
  get pendingDials(): number {
    return this.#dialer.pending
  }

  /** The number of connections, of which some may be of peers that have not said yet who they are, or about to end. */
  get connections(): number {
    return this.#connections.links.size
  }

  /**
   * Resolves once the swarm listens on all addresses that it was made with. Rejects with the first failure, which is a
   * `warning` as well: the swarm goes on without. Announcements begin then.
   */
  async open(): Promise<void> {
    await this.#opening
  }

  /**
   * Listens on one more address. Rejects as `transport.listen` does, and with a `TypeError` for an address that no
   * transport handles.
   */
  async listen(address: string): Promise<Listener> {
    this.#assertOpen()
    return this.#doors.listen(this.#transportOf(address), address)
  }

  /**
   * Connects with the peer at an address. It waits for its turn, as all dials do. Resolves with the peer, even if it was
   * connected another way.
   *
   * Rejects with what the transport rejects with, a `TimeoutError`, a `TypeError` for an address that no transport
   * handles, a `ConnectionError` (`ERR_CONNECTION_REFUSED`) when it is ourselves; and with an `AbortedError` or
   * `ClosedError`.
   */
  async dial(address: string, options: SwarmDialOptions = {}): Promise<SwarmPeer> {
    this.#assertOpen()
    this.#transportOf(address)
    if (this.#doors.has(address)) throw ourselves(address)
    return this.#userDials.dial(address, options)
  }

  /** Takes back what `dial` was told. A connection that nothing else needs is ended. */
  forget(address: string): void {
    this.#userDials.forget(address)
  }

  /**
   * Leaves all topics, ends all connections, closes all listeners, transports and discoveries. Never rejects. Resolves
   * when nothing is left running; those who hang are waited for as long as `closeTimeout` says.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(addresses: readonly string[]): Promise<void> {
    // Whoever made the swarm is to hear of what fails at once.
    await undefined
    const results = await Promise.allSettled(
      addresses.map(async (address) => {
        try {
          await this.#doors.listen(this.#transportOf(address), address)
        } catch (error) {
          if (this.#closing === undefined) this.#warnings.failed('listen', address, error)
          throw error
        }
      })
    )
    this.#addresses = this.#doors.addresses
    for (const topic of this.#topics.values()) topic.announce(this.#addresses)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #begin = (feed: Uint8Array): void => {
    const key = toHex(feed)
    if (this.#topics.has(key) || this.#closing !== undefined) return
    const hash = topicOf(this.#core.platform.sha256, feed)
    const topic = new Topic(this.#seeking, feed, hash, this.#limits.maxAddressesPerTopic)
    this.#topics.set(key, topic)
    topic.start(this.#discoveries, (address, discovery) => this.#found(topic, address, discovery))
    if (this.#addresses !== undefined) topic.announce(this.#addresses)
  }

  #end = (feed: Uint8Array): void => {
    const key = toHex(feed)
    const topic = this.#topics.get(key)
    if (topic === undefined) return
    this.#topics.delete(key)
    const leaving = topic.stop().then(() => {
      this.#leaving.delete(leaving)
    })
    this.#leaving.add(leaving)
    this.#dialer.forgetGroup(topic)
    for (const known of [...topic.addresses]) this.#book.remove(known, topic)
  }

  #found(topic: Topic, address: string, discovery: string): void {
    if (this.#topics.get(toHex(topic.feed)) !== topic || this.#doors.has(address)) return
    const news = this.#book.get(address)?.groups.get(topic)?.has(discovery) !== true
    const known = this.#book.add(address, topic, discovery)
    if (known === undefined || !news) return
    this.#tell('found', topic.feed, address, discovery)
    this.#dialer.offer(known)
  }

  #met(known: KnownAddress, record: PeerRecord): void {
    if (known.groups.size === 0) {
      record.addresses.delete(known)
      return this.#endIfUseless(record)
    }
    record.addresses.add(known)
    this.#dialer.met(known, record.peer)
  }

  /** The peer at an address may have come another way meanwhile. */
  #isConnected(known: KnownAddress): boolean {
    const record = this.#connections.table.get(known.peer)
    if (record === undefined) return false
    this.#met(known, record)
    return true
  }

  #lost({ addresses }: PeerRecord, lasted: boolean): void {
    for (const known of addresses) {
      this.#userDials.release(known)
      if (known.groups.size > 0) this.#dialer.lost(known, lasted)
    }
  }

  #failed(known: KnownAddress, error: Error, retryMs: number | undefined): void {
    this.#userDials.release(known)
    this.#connections.counters.failedDials++
    const retry = known.groups.size > 0 ? retryMs : undefined
    this.#tell('dial-failed', { ...dialOf(known), error, failures: known.failures, retryMs: retry })
  }

  #self(known: KnownAddress): void {
    const error = ourselves(known.address)
    for (const waiter of known.waiters) waiter.reject(error)
    known.waiters.clear()
    known.own = true
    this.#dialer.failed(known, error)
    this.#book.markOwn(known.address)
  }

  #forgotten(known: KnownAddress): void {
    this.#dialer.forget(known)
    const record = this.#connections.table.get(known.peer)
    if (record?.addresses.delete(known)) this.#endIfUseless(record)
  }

  /** A peer that we dialled for what is not wanted any more, and with whom no feed is shared. */
  #endIfUseless({ current, addresses }: PeerRecord): void {
    if (current.direction === 'out' && addresses.size === 0 && current.stream.sharedFeeds === 0) current.end()
  }

  #onDoors(): void {
    const { addresses } = this.#doors
    if (this.#closing !== undefined) return
    this.#tell('listening', addresses)
    if (this.#addresses === undefined) return
    this.#addresses = addresses
    for (const topic of this.#topics.values()) topic.announce(addresses)
  }

  #transportOf(address: string): Transport {
    const transport = this.#book.transportOf(address)
    if (transport === undefined) throw new TypeError(`no transport handles the address ${address}`)
    return transport
  }

  async #close(): Promise<void> {
    this.#core.off('interested', this.#begin)
    this.#core.off('uninterested', this.#end)
    this.#dialer.close()
    for (const topic of [...this.#topics.values()]) this.#end(topic.feed)
    this.#userDials.close()
    await Promise.all([
      ...this.#leaving,
      this.#finish('connections', this.#connections.close()),
      this.#finish('listeners', this.#doors.close())
    ])
    const parts = [...this.#discoveries, ...this.#transports]
    await Promise.all(
      parts.map((part) =>
        this.#finish(
          part.name,
          Promise.resolve().then(() => part.close())
        )
      )
    )
    this.removeAllListeners()
  }

  async #finish(part: string, closing: Promise<void>): Promise<void> {
    try {
      await within(this.#seeking.clock, this.#limits.closeTimeout + 1000, `closing ${part}`, closing)
    } catch (error) {
      this.#warnings.failed('close', part, error)
    }
  }

  #tell<E extends keyof SwarmEvents>(event: E, ...args: SwarmEvents[E]): void {
    try {
      ;(this.emit as (event: E, ...args: SwarmEvents[E]) => boolean).call(this, event, ...args)
    } catch (error) {
      // A listener of 'warning' that throws cannot be told of it.
      if (event !== 'warning') this.#warnings.failed('event', event, error)
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the swarm was closed')
  }
}

function dialOf({ address, transport, discoveries }: KnownAddress): Dial {
  return { address, transport: transport.name, discoveries }
}
