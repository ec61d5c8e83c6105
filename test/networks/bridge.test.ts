import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { expect, it } from 'vitest'
import { fetchText, inNetwork, LOOPBACK, STREAM_WINDOW, share } from './network.ts'

it(
  'one node serves a feed on memory, TCP and libp2p at once, and peers of each fetch it',
  inNetwork(async (network) => {
    const [hub, rendezvous] = [createMemoryHub(), createMemoryRendezvous()]
    const discovery = () => [memoryDiscovery(rendezvous)]
    const nodes = await Promise.all([network.node(), network.node()])
    const [here, there] = nodes.map((node) => libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW }))
    const bridge = network.peer({
      transports: [memoryTransport(hub), tcpTransport(), here as NonNullable<typeof here>],
      discovery: discovery(),
      listen: ['/memory/bridge', LOOPBACK, `/p2p/${nodes[0].peerId}`]
    })
    const blocks = ['over', 'the', 'bridge']
    const author = network.peer({ transports: [memoryTransport(hub)], discovery: discovery(), listen: ['/memory/0'] })
    const id = await share(author.core, blocks)
    expect(await fetchText(bridge.core, id)).toEqual(blocks)

    // None of these listens, so that each has its blocks from the one that it can dial.
    const transports = { memory: memoryTransport(hub), tcp: tcpTransport(), libp2p: there as NonNullable<typeof there> }
    await author.swarm.close()
    for (const [name, transport] of Object.entries(transports)) {
      const { core, swarm } = network.peer({ transports: [transport], discovery: discovery(), listen: [] })
      expect(await fetchText(core, id)).toEqual(blocks)
      expect(swarm.peers.map(({ id, transport }) => [id, transport])).toEqual([[bridge.core.id, name]])
    }
    const served = bridge.swarm.peers.filter(({ direction }) => direction === 'in')
    expect(served.map(({ transport }) => transport).sort()).toEqual(['libp2p', 'memory', 'tcp'])
  })
)
