import type { Transport } from '@anyfeed/interfaces'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createMemoryHub, type MemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { LOOPBACK, type Network, STREAM_WINDOW } from './network.ts'

export const MEDIA = ['memory', 'tcp', 'libp2p'] as const

/** Makes transports that can reach each other, each with an address for it to listen on. */
export function medium(
  name: (typeof MEDIA)[number],
  network: Network,
  hub: MemoryHub = createMemoryHub()
): () => Promise<{ transport: Transport; address: string }> {
  return async () => {
    if (name === 'memory') return { transport: memoryTransport(hub), address: '/memory/0' }
    if (name === 'tcp') return { transport: tcpTransport(), address: LOOPBACK }
    const node = await network.node()
    return { transport: libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW }), address: `/p2p/${node.peerId}` }
  }
}
