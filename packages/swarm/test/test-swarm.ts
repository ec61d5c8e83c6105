import { type Core, createCore } from '@anyfeed/core'
import { createMemoryRendezvous, type MemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm, type Swarm, type SwarmOptions } from '@anyfeed/swarm'
import { createMemoryHub, type MemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { seededRandom } from './seeded-random.ts'
import { SimulatedClock } from './simulated-clock.ts'

/** One process' worth of peers on a simulated clock. */
export class World {
  readonly clock = new SimulatedClock()
  readonly hub: MemoryHub = createMemoryHub()
  readonly rendezvous: MemoryRendezvous = createMemoryRendezvous()
  readonly peers: Peer[] = []
  readonly #seed: number

  constructor(seed = 0) {
    this.#seed = seed
  }

  /** A core with a swarm on it: by default it listens in memory and finds others by the rendezvous. */
  peer(options: Partial<SwarmOptions> = {}): Peer {
    const seed = this.#seed * 1000 + this.peers.length + 1
    const { clock } = this
    const core = options.core ?? createCore({ storage: memoryStorage(), clock, random: seededRandom(seed) })
    const swarm = createSwarm({
      core,
      transports: [memoryTransport(this.hub)],
      discovery: [memoryDiscovery(this.rendezvous)],
      listen: ['/memory/0'],
      ...options
    })
    const peer = { core, swarm }
    this.peers.push(peer)
    return peer
  }

  async close(): Promise<void> {
    await Promise.all(this.peers.map(({ swarm }) => swarm.close()))
    await Promise.all(this.peers.map(({ core }) => core.close()))
  }
}

export interface Peer {
  readonly core: Core
  readonly swarm: Swarm
}

/** Runs a test in a world of its own, which is closed whatever happens. */
export function inWorld(test: (world: World) => Promise<void>, seed?: number): () => Promise<void> {
  return async () => {
    const world = new World(seed)
    try {
      await test(world)
    } finally {
      await world.close()
    }
  }
}

/** A finalized feed of a few blocks; gives its id. */
export async function share(core: Core, blocks: readonly string[] = ['hello', 'world']): Promise<Uint8Array> {
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
