import type { Transport } from '@anyfeed/interfaces'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import type { Libp2p } from '@libp2p/interface'
import { afterAll } from 'vitest'
import { connectedNodes, STREAM_WINDOW } from './libp2p-nodes.ts'
import { transportBehaviour } from './transport-behaviour.ts'

for (const medium of ['tcp', 'memory'] as const) {
  const nodes = await connectedNodes(medium)
  afterAll(() => Promise.all(nodes.map((node) => node.stop())))

  const owners = new Map<Transport, Libp2p>()
  transportBehaviour(`libp2p over ${medium}, noise and yamux`, {
    // The nodes outlive the transports: each takes the first node that no other one has.
    create() {
      const free = nodes.find((node) => ![...owners.values()].includes(node)) as Libp2p
      const transport = libp2pTransport(free, { maxStreamWindow: STREAM_WINDOW })
      const close = transport.close.bind(transport)
      transport.close = async () => {
        await close()
        owners.delete(transport)
      }
      owners.set(transport, free)
      return transport
    },
    anyAddress: (transport) => `/p2p/${owners.get(transport)?.peerId ?? nodes[0].peerId}`,
    foreignAddress: '/ip4/127.0.0.1/tcp/4000',
    oneDoor: true,
    bindsPair: true
  })
}
