import type { Core } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { createSwarm, type Swarm, type SwarmPeer } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode, STREAM_WINDOW } from '@anyfeed/transport-libp2p/node'
import type { PeerState, State } from '../messages.ts'
import { LentTransport } from './lent-transport.ts'

/** The peers of the library, through the server that the page came from. */
export class Network {
  /** WebRTC, which workers do not have and tabs lend. */
  readonly lent = new LentTransport()
  readonly #core: Core
  #swarm: Swarm | undefined
  #state: State['network'] = 'joining'
  /** Multiaddrs of the server's node. */
  #addresses: readonly string[] = []
  onChange: () => void = () => {}

  constructor(core: Core) {
    this.#core = core
  }

  /** Asks the server for the way, and takes it. Rejects never. */
  async join(): Promise<void> {
    try {
      const response = await fetch('/api/network')
      if (!response.ok) throw new Error(`the server answered ${response.status}`)
      const { addresses } = (await response.json()) as { addresses: string[] }
      this.#addresses = addresses
      const node = await createNode({
        bootstrap: addresses,
        allowPrivateAddresses: true,
        dhtClient: true,
        // Others ask this node where the feeds are, all the way through the server.
        listen: ['/p2p-circuit']
      })
      this.#swarm = createSwarm({
        core: this.#core,
        transports: [this.lent, libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })],
        discovery: [libp2pDiscovery(node)],
        listen: [`/p2p/${node.peerId}`]
      })
      this.#swarm.on('peer', () => this.onChange())
      this.#swarm.on('peer-end', () => this.onChange())
      this.lent.onDoor = (address) => void this.#swarm?.listen(address).catch(() => {})
      this.#state = 'joined'
    } catch {
      this.#state = 'failed'
    }
    this.onChange()
  }

  get state(): State['network'] {
    return this.#state
  }

  /** The way into the network, for nodes that tabs make. */
  get addresses(): readonly string[] {
    return this.#addresses
  }

  get peers(): readonly SwarmPeer[] {
    return this.#swarm?.peers ?? []
  }
}

/** How fast each peer was since the last look. */
export class Rates {
  #before = new Map<SwarmPeer, { down: number; up: number }>()
  #at = performance.now()

  look(peers: readonly SwarmPeer[]): PeerState[] {
    const now = performance.now()
    const seconds = Math.max(now - this.#at, 1) / 1000
    const after = new Map<SwarmPeer, { down: number; up: number }>()
    const states = peers.map((peer): PeerState => {
      const [down, up] = [peer.bytesDown, peer.bytesUp]
      const before = this.#before.get(peer) ?? { down, up }
      after.set(peer, { down, up })
      return {
        address: peer.address,
        foundBy: peer.discoveries,
        inbound: peer.direction === 'in',
        down: (down - before.down) / seconds,
        up: (up - before.up) / seconds,
        roundTrip: peer.roundTripTime
      }
    })
    this.#before = after
    this.#at = now
    return states
  }
}
