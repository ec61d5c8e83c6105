import type { Core } from '@anyfeed/core'
import type { Clock, Connection, Transport } from '@anyfeed/interfaces'
import { AddressBook } from './address-book.ts'
import { AddressGroup } from './address-group.ts'
import { Connections } from './connections.ts'
import { Dialer } from './dialer.ts'
import type { Dial } from './events.ts'
import type { KnownAddress } from './known-address.ts'
import type { Limits } from './options.ts'
import type { PeerRecord } from './peer-table.ts'
import type { SwarmPeer } from './swarm-peer.ts'
import type { Tell } from './tell.ts'
import type { Topic } from './topic.ts'
import { ourselves, type SwarmDialOptions, UserDials } from './user-dials.ts'

export interface PeeringOptions {
  readonly core: Core
  readonly transports: readonly Transport[]
  readonly clock: Clock
  readonly chance: () => number
  readonly limits: Limits
  readonly tell: Tell
}

/** How addresses become peers: what is known is dialled, who is met is connected once, and who is lost is dialled again. */
export class Peering {
  readonly connections: Connections
  readonly #book: AddressBook
  readonly #dialer: Dialer
  readonly #userDials: UserDials
  readonly #tell: Tell

  constructor({ core, transports, clock, chance, limits, tell }: PeeringOptions) {
    const given = new AddressGroup(Infinity)
    // The last connections are for topics that have none.
    const reserve = Math.min(2, Math.floor(limits.maxConnections / 4))
    this.#tell = tell
    this.#book = new AddressBook(transports, (known) => this.#forgotten(known))
    this.connections = new Connections(core, clock, limits, reserve, given, {
      onPeer: (peer) => tell('peer', peer),
      onPeerEnd: (peer, error) => tell('peer-end', peer, error),
      onMet: (known, record) => this.#met(known, record),
      onUnmet: (known, error) => this.#dialer.failed(known, error),
      onSelf: (known) => this.#self(known),
      onLost: (record, lasted) => this.#lost(record, lasted),
      onRoom: () => this.#dialer.pump()
    })
    this.#dialer = new Dialer(clock, chance, limits, reserve, {
      room: () => this.connections.room,
      mayUseReserve: (group) => group === given || group.linked.size === 0,
      isConnected: (known) => this.#isConnected(known),
      onDial: (known) => {
        this.connections.counters.dials++
        tell('dial', dialOf(known))
      },
      onConnection: (connection, known) => this.connections.adopt(connection, known),
      onFailed: (known, error, retryMs) => this.#failed(known, error, retryMs)
    })
    this.#userDials = new UserDials(given, this.#book, this.#dialer, this.connections.table)
  }

  /** The number of dials under way, up to the moment that the peer says who it is. */
  get pendingDials(): number {
    return this.#dialer.pending
  }

  /** The transport for an address. Throws a `TypeError` when there is none. */
  transportOf(address: string): Transport {
    const transport = this.#book.transportOf(address)
    if (transport === undefined) throw new TypeError(`no transport handles the address ${address}`)
    return transport
  }

  /** Somebody else has dialled us. */
  accept(connection: Connection, transport: Transport): void {
    this.connections.accept(connection, transport)
  }

  /** A discovery has found an address, maybe once more. */
  found(topic: Topic, address: string, discovery: string): void {
    const news = this.#book.get(address)?.groups.get(topic)?.has(discovery) !== true
    const known = this.#book.add(address, topic, discovery)
    if (known === undefined || !news) return
    this.#tell('found', topic.feed, address, discovery)
    this.#dialer.offer(known)
  }

  /** Nobody wants the topic any more. */
  leave(topic: Topic): void {
    this.#dialer.forgetGroup(topic)
    for (const known of [...topic.addresses]) this.#book.remove(known, topic)
  }

  /** See `swarm.dial`. */
  dial(address: string, options: SwarmDialOptions): Promise<SwarmPeer> {
    return this.#userDials.dial(address, options)
  }

  /** See `swarm.forget`. */
  forget(address: string): void {
    this.#userDials.forget(address)
  }

  /** Dials no more; those under way are given up as their topics are left. */
  stop(): void {
    this.#dialer.close()
  }

  /** Ends everything. Resolves, never rejects, when no connection is left. */
  async close(): Promise<void> {
    this.stop()
    this.#userDials.close()
    await this.connections.close()
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
    const record = this.connections.table.get(known.peer)
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
    this.connections.counters.failedDials++
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
    const record = this.connections.table.get(known.peer)
    if (record?.addresses.delete(known)) this.#endIfUseless(record)
  }

  /** A peer that we dialled for what is not wanted any more, and with whom no feed is shared. */
  #endIfUseless({ current, addresses }: PeerRecord): void {
    if (current.direction === 'out' && addresses.size === 0 && current.stream.sharedFeeds === 0) current.end()
  }
}

function dialOf({ address, transport, discoveries }: KnownAddress): Dial {
  return { address, transport: transport.name, discoveries }
}
