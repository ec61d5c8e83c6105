import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { STREAM_WINDOW } from '../conformance/adapters/libp2p-nodes.ts'

/** A libp2p node that connects pages with each other and carries all that they have for each other, and serves a DHT. */
export async function openCarryingRelay() {
  return await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    connectionManager: { inboundConnectionThreshold: 1000, maxIncomingPendingConnections: 1000 },
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: '/anyfeed/kad/1.0.0',
        clientMode: false,
        peerInfoMapper: passthroughMapper,
        initialQuerySelfInterval: 100
      }),
      relay: circuitRelayServer({ reservations: { maxReservations: 1000, applyDefaultLimit: false } })
    }
  })
}
