import { ClosedError, type Discovery, type Listener, type Transport } from '@anyfeed/interfaces'
import { EventEmitter } from 'eventemitter3'
import { chance } from './chance.ts'
import type { SwarmCounters } from './counters.ts'
import { Doors } from './doors.ts'
import type { SwarmEvents } from './events.ts'
import { type Limits, limitsOf, type SwarmOptions } from './options.ts'
import { Peering } from './peering.ts'
import type { Seeking } from './search.ts'
import type { SwarmPeer } from './swarm-peer.ts'
import { type Tell, teller } from './tell.ts'
import { Topics } from './topics.ts'
import { ourselves, type SwarmDialOptions } from './user-dials.ts'
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
  readonly #transports: readonly Transport[]
  readonly #discoveries: readonly Discovery[]
  readonly #limits: Limits
  readonly #seeking: Seeking
  readonly #warnings = new Warnings((warning) => this.#tell('warning', warning))
  readonly #tell: Tell
  readonly #peering: Peering
  readonly #topics: Topics
  readonly #doors: Doors
  readonly #opening: Promise<void>
  /** The first listeners are there, or failed: announcements have begun. */
  #opened = false
  #closing: Promise<void> | undefined

  constructor(options: SwarmOptions) {
    super()
    const { core, transports, discovery = [], listen = [] } = options
    const { clock = core.platform.clock, random = core.platform.random } = options
    const limits = limitsOf(options)
    const roll = () => chance(random)
    this.#transports = transports
    this.#discoveries = discovery
    this.#limits = limits
    this.#tell = teller(this, (event, thrown) => {
      // A listener of 'warning' that throws cannot be told of it.
      if (event !== 'warning') this.#warnings.failed('event', event, thrown)
    })
    const { lookupInterval, closeTimeout } = limits
    this.#seeking = { clock, chance: roll, warnings: this.#warnings, lookupInterval, closeTimeout }
    this.#peering = new Peering({ core, transports, clock, chance: roll, limits, tell: this.#tell })
    this.#doors = new Doors(
      (connection, transport) => this.#peering.accept(connection, transport),
      () => this.#onDoors()
    )
    this.#topics = new Topics(core, discovery, this.#seeking, limits.maxAddressesPerTopic, {
      onFound: (topic, address, name) => {
        if (!this.#doors.has(address)) this.#peering.found(topic, address, name)
      },
      onEnd: (topic) => this.#peering.leave(topic)
    })
    this.#topics.start()
    this.#opening = this.#open(listen)
    this.#opening.catch(() => {})
  }

  /** The peers that are connected, each once. */
  get peers(): SwarmPeer[] {
    return this.#peering.connections.table.peers
  }

  /** The feeds whose peers are looked for. */
  get topics(): SwarmTopic[] {
    return [...this.#topics].map((topic) => ({ feed: topic.feed, topic: topic.hash, discoveries: topic.counts() }))
  }

  /** The addresses under which others can dial us. */
  get addresses(): readonly string[] {
    return this.#doors.addresses
  }

  /** What was done so far. */
  get counters(): SwarmCounters {
    const { counters, links } = this.#peering.connections
    return counters.now(links)
  }

  /** The number of dials under way, up to the moment that the peer says who it is. */
  get pendingDials(): number {
    return this.#peering.pendingDials
  }

  /** The number of connections, of which some may be of peers that have not said yet who they are, or about to end. */
  get connections(): number {
    return this.#peering.connections.links.size
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
    return this.#doors.listen(this.#peering.transportOf(address), address)
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
    this.#peering.transportOf(address)
    if (this.#doors.has(address)) throw ourselves(address)
    return this.#peering.dial(address, options)
  }

  /** Takes back what `dial` was told. A connection that nothing else needs is ended. */
  forget(address: string): void {
    this.#peering.forget(address)
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
          await this.#doors.listen(this.#peering.transportOf(address), address)
        } catch (error) {
          if (this.#closing === undefined) this.#warnings.failed('listen', address, error)
          throw error
        }
      })
    )
    this.#opened = true
    if (this.#closing === undefined) this.#topics.announce(this.#doors.addresses)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #onDoors(): void {
    if (this.#closing !== undefined) return
    const { addresses } = this.#doors
    this.#tell('listening', addresses)
    if (this.#opened) this.#topics.announce(addresses)
  }

  async #close(): Promise<void> {
    this.#peering.stop()
    await Promise.all([
      this.#topics.close(),
      this.#finish('connections', this.#peering.close()),
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

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the swarm was closed')
  }
}
