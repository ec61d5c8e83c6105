// A stack of one's own: one peer serves a feed over three transports at once, and a peer of each fetches it.
import { createCore } from '@anyfeed/core'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Transport } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode } from '@anyfeed/transport-libp2p/node'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'

// How peers find each other; across machines it would be mDNS, the BitTorrent DHT, kad-dht, or all of them.
const rendezvous = createMemoryRendezvous()

/** A peer of any transports: those that come first are preferred. */
function join(transports: readonly Transport[], listen: readonly string[] = []) {
  const core = createCore({ storage: memoryStorage() })
  return { core, swarm: createSwarm({ core, transports, discovery: [memoryDiscovery(rendezvous)], listen }) }
}

const hub = createMemoryHub()
const nodes = await Promise.all([1, 2].map(() => createNode({ listen: ['/ip4/127.0.0.1/tcp/0'] })))
const [here, there] = nodes.map((node) => libp2pTransport(node, { maxStreamWindow: 4 * 1024 * 1024 })) as [
  Transport,
  Transport
]

const bridge = join(
  [memoryTransport(hub), tcpTransport(), here],
  ['/memory/bridge', '/ip4/127.0.0.1/tcp/0', `/p2p/${nodes[0]?.peerId}`]
)
const feed = bridge.core.add()
await feed.append(['one feed,', 'three roads to it'])
const id = await feed.finalize()
if (id === null) throw new Error('a feed without blocks has no id')

const peers = [join([memoryTransport(hub)]), join([tcpTransport()]), join([there])]
for (const { core, swarm } of peers) {
  const words: string[] = []
  for await (const block of core.get(id).read({ timeout: 30_000 })) words.push(new TextDecoder().decode(block))
  console.log(`over ${swarm.peers.map(({ transport }) => transport)}: ${words.join(' ')}`)
}

for (const { core, swarm } of [...peers, bridge]) {
  await swarm.close()
  await core.close()
}
for (const node of nodes) await node.stop()

// Prints:
//   over memory: one feed, three roads to it
//   over tcp: one feed, three roads to it
//   over libp2p: one feed, three roads to it
