import type { Connection } from '@anyfeed/interfaces'
import { libp2pAddress, tcpAddress, tcpPort } from '../address.ts'
import type { Served } from '../work.ts'

/** A transport as both ends of a measurement use it. */
export interface Link {
  listen(onConnection: (connection: Connection) => void): Promise<Served>
  dial(served: Served): Promise<Connection>
}

/** `@anyfeed/transport-tcp`, in plain. */
export async function tcpLink(): Promise<Link> {
  const { tcpTransport } = await import('@anyfeed/transport-tcp')
  const transport = tcpTransport()
  return {
    async listen(onConnection) {
      const { addresses } = await transport.listen('/ip4/127.0.0.1/tcp/0', { onConnection })
      return { port: tcpPort(addresses) }
    },
    dial: (served) => transport.dial(tcpAddress(served))
  }
}

/** `@anyfeed/transport-libp2p` over the node that it makes: TCP, noise, yamux. */
export async function libp2pLink(): Promise<Link> {
  const { libp2pTransport } = await import('@anyfeed/transport-libp2p')
  const { createNode } = await import('@anyfeed/transport-libp2p/node')
  const node = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'] })
  const transport = libp2pTransport(node)
  return {
    async listen(onConnection) {
      await transport.listen(`/p2p/${node.peerId}`, { onConnection })
      return { port: tcpPort(node.getMultiaddrs()), peer: node.peerId.toString() }
    },
    dial: (served) => transport.dial(libp2pAddress(served))
  }
}
