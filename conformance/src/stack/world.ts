import { type Core, type CoreOptions, createCore, type PeerStream } from '@anyfeed/core'
import type { Connection, Discovery, Storage, Transport } from '@anyfeed/interfaces'
import { createSwarm, type Swarm, type SwarmPeer } from '@anyfeed/swarm'
import { present } from '../assert/ok.ts'
import type { Noticing } from '../suite/noticing.ts'
import { until } from '../wait/until.ts'
import type { StackNeeds, StackParts, StackSuiteOptions } from './options.ts'
import { WirePeer, type WirePeerOptions } from './wire/wire-peer.ts'

/** One peer: a core over a storage, and a swarm over transports and discoveries. */
export interface Peer {
  readonly core: Core
  readonly swarm: Swarm
  readonly storage: Storage
  /** Where it can be dialled. */
  readonly address: string
}

export interface PeerOptions {
  /** Whether it finds others and is found; else it is told whom to dial. */
  readonly discovery?: boolean
  /** See `StackNeeds`. */
  readonly forgetful?: boolean
  readonly core?: Partial<CoreOptions>
  /** Puts something around the storage. */
  readonly storage?: (storage: Storage) => Storage
  /** Is shown each connection that it dials or takes, to break it. */
  readonly onConnection?: (connection: Connection) => void
}

/** What a stack case is run in: as many peers as it makes. */
export class StackWorld {
  readonly options: StackSuiteOptions
  readonly notice: Noticing
  readonly #closing: Array<() => Promise<unknown>> = []

  constructor(options: StackSuiteOptions, notice: Noticing) {
    this.options = options
    this.notice = notice
  }

  /** A core over a storage of its own, without peers. */
  async core(options: Partial<CoreOptions> = {}): Promise<Core> {
    const { storage } = await this.#parts({})
    return this.coreOver(storage, options)
  }

  coreOver(storage: Storage, options: Partial<CoreOptions> = {}): Core {
    const core = (this.options.createCore ?? createCore)({ storage, ...options })
    this.#closing.push(() => core.close())
    return core
  }

  /** Closes a core, and makes another one over the place of its storage. */
  async reopen(core: Core, storage: Storage): Promise<Core> {
    await core.close()
    return this.coreOver(await present(this.options.reopen, 'reopen')(storage))
  }

  /** A storage, to be reopened. */
  async storage(): Promise<Storage> {
    const { storage } = await this.#parts({})
    return storage
  }

  /** A discovery without a peer: it finds what the peers announce. */
  async discovery(needs: Partial<StackNeeds> = {}): Promise<Discovery> {
    const { discovery } = await this.#parts({ ...needs, discovery: true })
    return present(discovery[0], 'a discovery')
  }

  async peer(options: PeerOptions = {}): Promise<Peer> {
    const { discovery = false, core: coreOptions = {}, storage: wrap, onConnection } = options
    const parts = await this.#parts(options)
    const storage = wrap === undefined ? parts.storage : wrap(parts.storage)
    const core = this.coreOver(storage, coreOptions)
    const swarm = (this.options.createSwarm ?? createSwarm)({
      core,
      transports: onConnection ? parts.transports.map((each) => watched(each, onConnection)) : parts.transports,
      discovery: discovery ? parts.discovery : [],
      listen: parts.listen,
      // Where nobody was found, or nobody was there yet, it is tried again at once.
      lookupInterval: 200,
      firstBackOff: 50,
      longestBackOff: 200,
      maxDialsPerSecond: 1000
    })
    this.#closing.push(() => swarm.close())
    await swarm.open()
    return { core, swarm, storage, address: present(swarm.addresses[0], "the swarm's address") }
  }

  /** So many peers, each connected with each. */
  async peers(count: number, options: PeerOptions = {}): Promise<Peer[]> {
    const peers: Peer[] = []
    for (let i = 0; i < count; i++) {
      const peer = await this.peer(options)
      for (const other of peers) await connect(peer, other)
      peers.push(peer)
    }
    return peers
  }

  /** Two peers that are connected. The second one dialled. */
  async pair(first: PeerOptions = {}, second: PeerOptions = first): Promise<[Peer, Peer]> {
    const [a, b] = [await this.peer(first), await this.peer(second)]
    await connect(b, a)
    return [a, b]
  }

  /** A peer that says what a case has it say, byte by byte, over a connection of the stack's own transport. */
  async wirePeer(to: Peer, options: WirePeerOptions = {}): Promise<WirePeer> {
    const { transports } = await this.#parts({})
    const transport = present(
      transports.find((each) => each.handles(to.address)),
      'a transport for the address'
    )
    const wire = new WirePeer(await transport.dial(to.address), options)
    await wire.begin()
    return wire
  }

  async leave(): Promise<void> {
    try {
      // Swarms before their cores, and both before the parts that nobody took over.
      for (const close of this.#closing.splice(0).reverse()) await close()
    } finally {
      await this.options.teardown?.()
    }
  }

  async #parts({ discovery = false, forgetful = false }: Partial<StackNeeds>): Promise<StackParts> {
    const parts = await this.options.create({ discovery, forgetful })
    this.#closing.push(async () => {
      await Promise.all([...parts.transports, ...parts.discovery].map((part) => part.close()))
      await parts.storage.close()
    })
    return parts
  }
}

/** Has one peer dial another, and waits until both know each other. */
export async function connect(from: Peer, to: Peer): Promise<void> {
  await from.swarm.dial(to.address)
  await until(() => linkOf(from, to) !== undefined && linkOf(to, from) !== undefined)
}

/** What one peer knows of another; `undefined` while they are not connected. */
export function linkOf(peer: Peer, other: Peer): SwarmPeer | undefined {
  return peer.swarm.peers.find(({ id }) => id.join() === other.core.id.join())
}

/** One peer's stream to another. */
export function streamOf(peer: Peer, other: Peer): PeerStream {
  return present(linkOf(peer, other), 'the connection').stream
}

/** A transport whose connections are shown. */
function watched(transport: Transport, onConnection: (connection: Connection) => void): Transport {
  return {
    name: transport.name,
    supports: transport.supports,
    handles: (address) => transport.handles(address),
    async dial(address, options) {
      const connection = await transport.dial(address, options)
      onConnection(connection)
      return connection
    },
    listen: (address, options) =>
      transport.listen(address, {
        ...options,
        onConnection(connection) {
          onConnection(connection)
          options.onConnection(connection)
        }
      }),
    close: () => transport.close()
  }
}
