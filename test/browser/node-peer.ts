import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { createCore } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm, type Swarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode } from '@anyfeed/transport-libp2p/node'
import { blockOf, isBlock } from './pages/content.ts'

export const BLOCK = 64 * 1024

/** A libp2p node that pages can dial and that introduces them to each other; it knows of no feed. */
export async function openNode() {
  return await createNode({
    listen: ['/ip4/127.0.0.1/tcp/0/ws'],
    allowPrivateAddresses: true,
    relay: true,
    maxInboundPerSecond: 1000
  })
}

type Node = Awaited<ReturnType<typeof openNode>>

/** A peer in this process on such a node. */
export class NodePeer {
  readonly core = createCore({ storage: memoryStorage() })
  readonly #node: Node
  readonly #swarm: Swarm

  private constructor(node: Node) {
    this.#node = node
    this.#swarm = createSwarm({
      core: this.core,
      transports: [libp2pTransport(node, { maxStreamWindow: 4 * 1024 * 1024 })],
      discovery: [libp2pDiscovery(node)],
      listen: [`/p2p/${node.peerId}`]
    })
  }

  static async open(): Promise<NodePeer> {
    const peer = new NodePeer(await openNode())
    await peer.#swarm.open()
    return peer
  }

  /** Where pages find it. */
  get addresses(): string[] {
    return this.#node.getMultiaddrs().map(String)
  }

  /** Writes a feed of `blocks` blocks of 64 KiB; resolves with its id. */
  async share(blocks: number): Promise<string> {
    const feed = this.core.add()
    for (let i = 0; i < blocks; i++) await feed.append(blockOf(i, BLOCK), { transfer: true })
    return Buffer.from((await feed.finalize()) as Uint8Array).toString('hex')
  }

  /** Fetches a feed; resolves with how many of its blocks are as they should be. */
  async fetch(id: string): Promise<number> {
    let [index, sound] = [0, 0]
    for await (const block of this.core.get(id).read()) if (isBlock(index++, block)) sound++
    return sound
  }

  async close(): Promise<void> {
    await this.#swarm.close()
    await this.core.close()
    await this.#node.stop()
  }
}

/** Passes everything on to a port of this machine, and counts it. */
export class CountingProxy {
  #server: Server
  /** Bytes that passed, both ways. */
  bytes = 0

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near]
      ] as const) {
        from.on('data', (chunk) => {
          this.bytes += chunk.length
        })
        from.on('error', () => to.destroy())
        from.pipe(to)
      }
    })
  }

  /** In front of what listens at a multiaddr of the form `/ip4/127.0.0.1/tcp/<port>/...`; resolves with its own. */
  static async open(address: string): Promise<{ proxy: CountingProxy; address: string }> {
    const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
    const proxy = new CountingProxy(port)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    const own = (proxy.#server.address() as AddressInfo).port
    return { proxy, address: address.replace(`/tcp/${port}/`, `/tcp/${own}/`) }
  }

  close(): void {
    this.#server.close()
  }
}
