import { createNode } from '@anyfeed/transport-libp2p/node'
import type { Libp2p } from '@libp2p/interface'
import { NodePool } from './libp2p-nodes.ts'

/** Nodes of a private kad-dht on loopback, each in it through all that were there before. */
export function dhtNodes(): NodePool {
  const pool: NodePool = new NodePool(() =>
    createNode({
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: pool.nodes.slice(0, 3).flatMap((node: Libp2p) => node.getMultiaddrs().map(String)),
      allowPrivateAddresses: true,
      maxInboundPerSecond: 100_000
    })
  )
  return pool
}
