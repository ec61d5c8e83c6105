import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'

/** The window of yamux that goes with the transports of these tests, in bytes. */
export const STREAM_WINDOW = 4 * 1024 * 1024

export type Medium = 'tcp' | 'memory'

let names = 0

/** A libp2p node with noise and yamux over TCP on loopback, or over memory. */
export async function libp2pNode(medium: Medium): Promise<Libp2p> {
  return await createLibp2p({
    addresses: { listen: [medium === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/anyfeed-${process.pid}-${names++}`] },
    transports: [medium === 'tcp' ? tcp() : memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    // All nodes are one host, of which libp2p takes 5 connections a second.
    connectionManager: { inboundConnectionThreshold: 100_000, maxIncomingPendingConnections: 1000 },
    services: { identify: identify() }
  })
}

/** Nodes that outlive whoever uses them, as to make one takes a while. */
export class NodePool {
  readonly #make: () => Promise<Libp2p>
  readonly #free: Libp2p[] = []
  readonly #all: Libp2p[] = []

  constructor(make: () => Promise<Libp2p>) {
    this.#make = make
  }

  get nodes(): readonly Libp2p[] {
    return this.#all
  }

  async take(): Promise<Libp2p> {
    const free = this.#free.shift()
    if (free !== undefined) return free
    const node = await this.#make()
    this.#all.push(node)
    return node
  }

  /** Makes nodes until there are so many, in use or not. */
  async reserve(count: number): Promise<void> {
    const taken: Libp2p[] = []
    while (this.#all.length < count) taken.push(await this.take())
    for (const node of taken) this.give(node)
  }

  give(node: Libp2p): void {
    this.#free.push(node)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((node) => node.stop()))
    this.#free.splice(0)
  }
}
