import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'

/** The window of yamux that goes with the transports of these tests, in bytes. */
export const STREAM_WINDOW = 4 * 1024 * 1024

let names = 0

/** A libp2p node with noise and yamux over TCP on loopback, or over memory. */
export async function libp2pNode(medium: 'tcp' | 'memory'): Promise<Libp2p> {
  return await createLibp2p({
    addresses: { listen: [medium === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/anyfeed-${process.pid}-${names++}`] },
    transports: [medium === 'tcp' ? tcp() : memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    services: { identify: identify() }
  })
}

/** A pair of nodes, the first of which has dialled the second. */
export async function connectedNodes(medium: 'tcp' | 'memory'): Promise<[Libp2p, Libp2p]> {
  const nodes = await Promise.all([libp2pNode(medium), libp2pNode(medium)])
  await nodes[0].dial(nodes[1].getMultiaddrs())
  return nodes
}
