import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { expect, it } from 'vitest'
import { fetchText, inNetwork, LOOPBACK, share } from './network.ts'

const PEERS = 100
const MAX_CONNECTIONS = 16

it(
  'a hundred peers join one topic: all of them get the feed, and none has more connections than it may',
  inNetwork(async (network) => {
    const rendezvous = createMemoryRendezvous()
    const join = () =>
      network.peer({
        transports: [tcpTransport()],
        discovery: [memoryDiscovery(rendezvous)],
        listen: [LOOPBACK],
        maxConnections: MAX_CONNECTIONS
      })
    const author = join()
    const id = await share(author.core, ['one', 'for', 'all'])
    const crowd = Array.from({ length: PEERS }, join)
    const most = crowd.map(() => 0)
    crowd.forEach(({ swarm }, i) => {
      swarm.on('peer', () => {
        most[i] = Math.max(most[i] as number, swarm.connections)
      })
    })
    const texts = await Promise.all(crowd.map(({ core }) => fetchText(core, id)))
    expect(new Set(texts.map(String))).toEqual(new Set(['one,for,all']))
    expect(Math.max(...most)).toBeLessThanOrEqual(MAX_CONNECTIONS)
    for (const { core, swarm } of crowd) {
      const ids = swarm.peers.map((peer) => Buffer.from(peer.id).toString('hex'))
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).not.toContain(Buffer.from(core.id).toString('hex'))
    }
  })
)
