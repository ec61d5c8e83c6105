import { type Core, type CoreOptions, createCore } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm, type Swarm, type SwarmOptions } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode, type NodeOptions } from '@anyfeed/transport-libp2p/node'
import { tcpTransport } from '@anyfeed/transport-tcp'
import type { Libp2p } from '@libp2p/interface'
import { vi } from 'vitest'

// A network in one process shares what it gets of a processor: how long that takes decides nothing.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

/** Where a TCP peer listens: this machine alone, on a port that the system picks. */
export const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** The window of the nodes that `createNode` makes, in bytes. */
export const STREAM_WINDOW = 4 * 1024 * 1024

/** Rounds of a lookup follow one another quickly, so that a test waits for nothing but what happens. */
export const IMPATIENT = { lookupInterval: { first: 20, longest: 200 } }

export interface Peer {
  readonly core: Core
  readonly swarm: Swarm
}

export interface Libp2pPeer extends Peer {
  readonly node: Libp2p
}

/** Real peers of one test, each with a store of its own in memory. */
export class Network {
  readonly #ends: Array<() => Promise<unknown>> = []

  /** Something else that ends with the test, before the peers made so far. */
  onClose(end: () => Promise<unknown>): void {
    this.#ends.push(end)
  }

  /** A libp2p node on loopback that knows the given ones. */
  async node(known: readonly Libp2p[] = [], options: NodeOptions = {}): Promise<Libp2p> {
    const node = await createNode({
      listen: [LOOPBACK],
      bootstrap: known.flatMap((each) => each.getMultiaddrs().map(String)),
      allowPrivateAddresses: true,
      maxInboundPerSecond: 100_000,
      ...options
    })
    this.onClose(async () => node.stop())
    return node
  }

  /** A peer that listens on TCP, and finds nobody, unless told. */
  peer(options: Partial<SwarmOptions> = {}, coreOptions: Partial<CoreOptions> = {}): Peer {
    const core = options.core ?? createCore({ storage: memoryStorage(), ...coreOptions })
    const swarm = createSwarm({ core, transports: [tcpTransport()], listen: [LOOPBACK], ...options })
    this.onClose(async () => {
      await swarm.close()
      await core.close()
    })
    return { core, swarm }
  }

  /** A peer on a libp2p node, which finds others through its DHT, both unless told. */
  libp2pPeer(node: Libp2p, options: Partial<SwarmOptions> = {}): Libp2pPeer {
    const peer = this.peer({
      transports: [libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })],
      discovery: [libp2pDiscovery(node, IMPATIENT)],
      listen: [`/p2p/${node.peerId}`],
      ...options
    })
    return { ...peer, node }
  }

  /** Ends the last first. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end()
  }
}

/** Runs a test in a network of its own, which is closed whatever happens. */
export function inNetwork(test: (network: Network) => Promise<void>): () => Promise<void> {
  return async () => {
    const network = new Network()
    try {
      await test(network)
    } finally {
      await network.close()
    }
  }
}

/** A finalized feed; gives its id. */
export async function share(core: Core, blocks: readonly (string | Uint8Array)[]): Promise<Uint8Array> {
  const feed = core.add()
  await feed.append(blocks)
  return (await feed.finalize()) as Uint8Array
}

/** All of a feed, as text, from whoever has it. */
export async function fetchText(core: Core, id: Uint8Array): Promise<string[]> {
  const texts: string[] = []
  for await (const block of core.get(id).read()) texts.push(new TextDecoder().decode(block))
  return texts
}

/** Resolves as soon as `holds` does, looking again now and then. */
export function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (holds() ? resolve() : setTimeout(look, 5))
    look()
  })
}
