// A peer in a process of its own, on a libp2p node with kad-dht, led by messages. Its argument is a `PeerOptions` in JSON.
import { randomBytes } from 'node:crypto'
import { createCore } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode } from '@anyfeed/transport-libp2p/node'
import type { Order, PeerOptions, Report } from './peer-process.ts'

const report = (message: Report) => process.send?.(message)
const { bootstrap, serves } = JSON.parse(process.argv[2] as string) as PeerOptions
const node = await createNode({
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap,
  allowPrivateAddresses: true,
  maxInboundPerSecond: 1000
})
// On a busy machine a process may get no turn for a while: that is not what is tried here.
const core = createCore({ storage: memoryStorage(), requestTimeout: 600_000, idleTimeout: 600_000 })
const swarm = createSwarm({
  core,
  transports: [libp2pTransport(node, { maxStreamWindow: 4 * 1024 * 1024 })],
  discovery: [libp2pDiscovery(node, { lookupInterval: { first: 100, longest: 1000 } })],
  listen: serves ? [`/p2p/${node.peerId}`] : []
})
swarm.on('peer-end', ({ identity, bytesDown }) => report({ lost: identity ?? '', bytesDown }))
await swarm.open()

let feed: ReturnType<typeof core.get>
let sent: number[] = []
let dieAfter = Infinity
let restAfter = Infinity

function watch(): void {
  feed.on('upload', (block) => {
    sent.push(block)
    if (sent.length === dieAfter) process.kill(process.pid, 'SIGKILL')
    if (sent.length === restAfter) feed.pause('serve')
  })
}

process.on('message', async (order: Order) => {
  if ('share' in order) {
    feed = core.add()
    const { blocks, bytes } = order.share
    await feed.append(Array.from({ length: blocks }, () => randomBytes(bytes)))
    const id = (await feed.finalize()) as Uint8Array
    watch()
    report({ shared: Buffer.from(id).toString('hex') })
  } else if ('fetch' in order) {
    const fetched: number[] = []
    feed = core.get(order.fetch)
    feed.on('download', (block) => fetched.push(block))
    watch()
    await feed.download().done
    let damaged = 0
    for await (const { sound } of feed.verify()) if (!sound) damaged++
    report({ fetched, damaged })
  } else if ('serve' in order) {
    sent = []
    dieAfter = order.serve.thenDie ?? Infinity
    restAfter = order.serve.thenRest ?? Infinity
    report({ ready: true })
  } else if ('resume' in order) {
    restAfter = Infinity
    feed.resume('serve')
  } else if ('count' in order) report({ sent })
})
report({ peer: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
