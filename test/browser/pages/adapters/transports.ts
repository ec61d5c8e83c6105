import type { TransportSuiteOptions } from '@anyfeed/conformance'
import type { Transport } from '@anyfeed/interfaces'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { STREAM_WINDOW } from '@anyfeed/transport-libp2p/node'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { type MessagePortTransport, messagePortTransport } from '@anyfeed/transport-messageport'
import type { Libp2p } from '@libp2p/interface'
import { afterClose } from '../../../conformance/adapters/after-close.ts'
import { connect, type Medium, pageNode } from './nodes.ts'

export function memoryTransportOptions(): TransportSuiteOptions {
  const hub = createMemoryHub()
  return {
    name: 'memory',
    create: () => memoryTransport(hub),
    supports: memoryTransport(hub).supports,
    address: () => '/memory/0',
    foreignAddresses: ['/memory/a/b']
  }
}

/** Every transport is attached to every other, as the tabs and workers of a page may be. */
export function messagePortOptions(): TransportSuiteOptions {
  let attached: MessagePortTransport[] = []
  return {
    name: 'MessagePorts',
    create() {
      const transport = messagePortTransport()
      for (const other of attached) {
        const { port1, port2 } = new MessageChannel()
        transport.attach(port1)
        other.attach(port2)
      }
      attached.push(transport)
      return afterClose(transport, () => {
        attached = attached.filter((each) => each !== transport)
      })
    },
    teardown() {
      attached = []
    },
    supports: messagePortTransport().supports,
    address: () => '/messageport/0',
    foreignAddresses: ['/messageport/a/b', '/messageport/']
  }
}

/** Through the Node process at `server`. The nodes outlive the transports that they are lent to. */
export async function libp2pOptions(medium: Medium, server: string): Promise<TransportSuiteOptions> {
  const free: Libp2p[] = []
  const all: Libp2p[] = []
  const nodes = new Map<Transport, Libp2p>()
  const make = async () => {
    const node = await pageNode(medium, server)
    // Cases open streams on connections that are there: to make one by WebRTC takes a machine long that is busy.
    for (const other of all) await connect(node, other, medium)
    all.push(node)
    return node
  }
  const create = async () => {
    const node = free.shift() ?? (await make())
    const limitedConnections = medium === 'WebSockets'
    const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW, limitedConnections })
    nodes.set(transport, node)
    return afterClose(transport, () => free.push(node))
  }
  const first = await create()
  await first.close()
  return {
    name: `libp2p over ${medium}`,
    create,
    supports: first.supports,
    address: (transport) => `/p2p/${nodes.get(transport)?.peerId}`,
    foreignAddresses: ['/ip4/127.0.0.1/tcp/4000', '/p2p/', '/p2p/12D3KooWnone']
  }
}
