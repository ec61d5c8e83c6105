import type { Core, PeerStream } from '@anyfeed/core'
import { type Clock, ClosedError, type Connection, ConnectionError, type Transport } from '@anyfeed/interfaces'
import type { AddressGroup } from './address-group.ts'
import { asError } from './as-error.ts'
import { Counters } from './counters.ts'
import { dispensable } from './dispensable.ts'
import type { KnownAddress } from './known-address.ts'
import { Link } from './link.ts'
import type { Limits } from './options.ts'
import { type Change, type PeerRecord, PeerTable } from './peer-table.ts'
import type { Direction, SwarmPeer } from './swarm-peer.ts'

/** A connection that held so long, in milliseconds, makes up for all failures before it. */
const LASTING = 10_000

/** What becomes of connections. */
export interface ConnectionEvents {
  onPeer(peer: SwarmPeer): void
  onPeerEnd(peer: SwarmPeer, error: Error | undefined): void
  /** The dialled address led to this peer, which is connected: over this link or another. */
  onMet(dialled: KnownAddress, record: PeerRecord): void
  /** The link to a dialled address ended before the peer said who it is. */
  onUnmet(dialled: KnownAddress, error: Error): void
  /** The dialled address leads to ourselves. */
  onSelf(dialled: KnownAddress): void
  /** The peer is not connected any more. `lasted`: it was for a good while. */
  onLost(record: PeerRecord, lasted: boolean): void
  /** There is room for another connection. */
  onRoom(): void
}

/** All connections of a swarm, and with whom they are. */
export class Connections {
  readonly counters = new Counters()
  readonly table: PeerTable
  readonly #core: Core
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #reserve: number
  /** The addresses that the user gave: they are never spared. */
  readonly #given: AddressGroup
  readonly #events: ConnectionEvents
  readonly #links = new Set<Link>()
  #inbound = 0
  #closed = false

  constructor(
    core: Core,
    clock: Clock,
    limits: Limits,
    reserve: number,
    given: AddressGroup,
    events: ConnectionEvents
  ) {
    this.#core = core
    this.#clock = clock
    this.#limits = limits
    this.#reserve = reserve
    this.#given = given
    this.#events = events
    this.table = new PeerTable(core.id)
  }

  /** The connections, of which those count whose peers are not known yet, and those about to end. */
  get links(): ReadonlySet<Link> {
    return this.#links
  }

  /** How many more there may be. */
  get room(): number {
    return this.#limits.maxConnections - this.#links.size
  }

  /**
   * Takes a connection that somebody else dialled, if there is room. What we are dialling ourselves does not count: in a
   * crowd, where everyone has more addresses than room, everyone would keep the others out for dials that they refuse.
   */
  accept(connection: Connection, transport: Transport): void {
    if (this.#inbound >= this.#limits.maxInbound || this.room <= this.#reserve) {
      this.counters.refused++
      connection.abort(new ConnectionError('ERR_CONNECTION_REFUSED', 'there is no room for another connection'))
      // It will be back, or another will.
      const idle = dispensable(this.table.records(), this.#given, this.#clock.now(), 'in')
      return idle?.current.end()
    }
    this.counters.inbound++
    this.#open(connection, transport, 'in')
  }

  /** Takes a connection that we dialled, unless others have taken the room meanwhile. */
  adopt(connection: Connection, dialled: KnownAddress): void {
    if (this.room <= 0) {
      const error = new ConnectionError('ERR_CONNECTION_ABORTED', 'others have taken the room for this connection')
      connection.abort(error)
      return this.#events.onUnmet(dialled, error)
    }
    this.counters.outbound++
    this.#open(connection, dialled.transport, 'out', dialled)
  }

  /** Ends all connections. Resolves, never rejects, when they are gone. */
  async close(): Promise<void> {
    this.#closed = true
    const links = [...this.#links]
    for (const link of links) link.end()
    await Promise.all(links.map(({ gone }) => gone))
  }

  #open(connection: Connection, transport: Transport, direction: Direction, dialled?: KnownAddress): void {
    let stream: PeerStream
    try {
      if (this.#closed) throw new ClosedError('the swarm was closed')
      stream = this.#core.replicate(connection)
    } catch (error) {
      connection.abort(asError(error))
      if (dialled !== undefined) this.#events.onUnmet(dialled, asError(error))
      return
    }
    const options = { connection, stream, transport: transport.name, direction, dialled }
    if (direction === 'in') this.#inbound++
    this.#links.add(
      new Link(
        { ...options, clock: this.#clock, linger: this.#limits.closeTimeout },
        {
          onMeet: (link) => this.#onMeet(link),
          onEnd: (link, error) => this.#onEnd(link, error),
          onGone: (link) => this.#onGone(link)
        }
      )
    )
  }

  #onMeet(link: Link): void {
    const { stream, dialled } = link
    if (equal(stream.remoteId as Uint8Array, this.#core.id)) {
      if (dialled !== undefined) this.#events.onSelf(dialled)
      link.abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the peer calls itself by our own id'))
      return
    }
    const change = this.table.add(link)
    for (const surplus of change.surplus) {
      this.counters.duplicates++
      surplus.end()
    }
    if (dialled !== undefined) {
      dialled.peer = change.record.key
      change.record.addresses.add(dialled)
    }
    this.#tell(change, undefined)
    if (dialled !== undefined) this.#events.onMet(dialled, change.record)
    if (this.room < this.#reserve) {
      dispensable(this.table.records(), this.#given, this.#clock.now())?.current.end()
    }
  }

  #onEnd(link: Link, error: Error | undefined): void {
    const { stream, dialled } = link
    if (stream.remoteId === undefined) {
      if (dialled === undefined) return
      if (stream.isSelf) this.#events.onSelf(dialled)
      else
        this.#events.onUnmet(dialled, error ?? new ConnectionError('ERR_CONNECTION_RESET', 'the peer hung up at once'))
      return
    }
    const change = this.table.delete(link)
    if (change === undefined) return
    this.#tell(change, error)
    if (change.ended !== undefined && change.begun === undefined) {
      this.#events.onLost(change.record, this.#clock.now() - link.since >= LASTING)
    }
  }

  #onGone(link: Link): void {
    this.#links.delete(link)
    if (link.direction === 'in') this.#inbound--
    this.counters.gone(link)
    if (!this.#closed) this.#events.onRoom()
  }

  #tell({ ended, begun }: Change, error: Error | undefined): void {
    if (ended !== undefined) this.#events.onPeerEnd(ended, error)
    if (begun !== undefined) this.#events.onPeer(begun)
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
