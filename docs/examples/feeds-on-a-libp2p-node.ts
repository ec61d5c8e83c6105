// Feeds on a libp2p node that is already there: whatever else it does, three lines let it share and fetch them.

import { createCore } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p } from 'libp2p'

/** Your own node, as you have it: any transports, encrypters and muxers, and a content routing such as kad-dht. */
const startNode = () =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: 4 * 1024 * 1024 } })],
    services: {
      identify: identify(),
      ping: ping(),
      // The mapper lets the DHT take addresses of this machine; leave it away on the internet.
      dht: kadDHT({ protocol: '/example/kad/1.0.0', clientMode: false, peerInfoMapper: passthroughMapper })
    }
  })

/** The three lines: a core to keep feeds, what to connect and find by, and a swarm that joins them. */
function addFeeds(node: Libp2p) {
  const core = createCore({ storage: memoryStorage() })
  const [transports, discovery] = [[libp2pTransport(node)], [libp2pDiscovery(node)]]
  return { core, swarm: createSwarm({ core, transports, discovery, listen: [`/p2p/${node.peerId}`] }) }
}

const nodes = await Promise.all([startNode(), startNode()])
await nodes[1].dial(nodes[0].getMultiaddrs())
const [alice, bob] = [addFeeds(nodes[0]), addFeeds(nodes[1])]

const feed = alice.core.add()
await feed.append(['shared over', 'somebody’s own node'])
const id = await feed.finalize()
if (id === null) throw new Error('a feed without blocks has no id')

// Bob knows the id alone: the DHT tells who has it. (It tells Alice of Bob as well, and either may be the one to dial.)
for await (const block of bob.core.get(id).read({ timeout: 30_000 })) console.log(new TextDecoder().decode(block))
for (const { transport, identity } of bob.swarm.peers) {
  console.log(`from ${identity === nodes[0].peerId.toString() ? 'Alice' : 'a stranger'}, over ${transport}`)
}

for (const { core, swarm } of [alice, bob]) {
  await swarm.close()
  await core.close()
}
// The nodes are yours, and go on until you stop them.
for (const node of nodes) await node.stop()

// Prints:
//   shared over
//   somebody’s own node
//   from Alice, over libp2p
