import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { expect, it } from 'vitest'
import { inNetwork, Network, STREAM_WINDOW, until } from './network.ts'

const ROUNDS = 100

it(
  'of two libp2p nodes that dial each other at the same instant, a hundred times, one connection is left at both',
  inNetwork(async (nodes) => {
    const pair = await Promise.all([nodes.node(), nodes.node()])
    const feed = new Uint8Array(32).fill(7)
    let crossed = 0
    for (let round = 0; round < ROUNDS; round++) {
      const network = new Network()
      try {
        const peers = pair.map((node) => {
          const transports = [libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })]
          return network.peer({ transports, listen: [`/p2p/${node.peerId}`] })
        })
        const swarms = peers.map(({ swarm }) => swarm)
        await Promise.all(swarms.map((swarm) => swarm.open()))
        for (const { core } of peers) core.get(feed)
        // Every other time the nodes have to connect first.
        if (round % 2 === 0) await Promise.all(pair.map((node, i) => node.hangUp((pair[1 - i] as typeof node).peerId)))
        await Promise.all(swarms.map((swarm, i) => swarm.dial(swarms[1 - i]?.addresses[0] as string)))
        await until(() => swarms.every(({ connections }) => connections === 1))
        expect(swarms.map(({ peers }) => peers.length)).toEqual([1, 1])
        expect(swarms.map(({ peers }) => peers[0]?.direction).sort()).toEqual(['in', 'out'])
        if (swarms.every(({ counters }) => counters.inbound + counters.outbound === 2)) crossed++
      } finally {
        await network.close()
      }
    }
    // The dials did cross, most of the time.
    expect(crossed).toBeGreaterThan(0)
  })
)
