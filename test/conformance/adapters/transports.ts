import { MessageChannel } from 'node:worker_threads'
import type { TransportSuiteOptions } from '@anyfeed/conformance'
import type { Transport } from '@anyfeed/interfaces'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { type MessagePortTransport, messagePortTransport } from '@anyfeed/transport-messageport'
import { tcpTransport } from '@anyfeed/transport-tcp'
import type { Libp2p } from '@libp2p/interface'
import { parties } from '../../../adapters/transport-tcp/test/certificates.ts'
import { afterClose } from './after-close.ts'
import { libp2pNode, type Medium, NodePool, STREAM_WINDOW } from './libp2p-nodes.ts'

/** What this process has open that a transport could have left there. Not timers: a runner has some of its own. */
function openHandles(): string {
  const kinds = /TCP|TLS|JSStream|Immediate|GetAddrInfo|Shutdown|Write/
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kinds.test(kind))
    .sort()
    .join()
}

export function memoryTransportOptions(): TransportSuiteOptions {
  const hub = createMemoryHub()
  return {
    name: 'memory',
    create: () => memoryTransport(hub),
    supports: { identity: false, encrypted: false, maxBuffered: 1024 * 1024 },
    address: () => '/memory/0',
    foreignAddresses: ['/memory/a/b', '/memory', '/ip4/127.0.0.1/tcp/4000'],
    openHandles
  }
}

const tcp = {
  address: () => '/ip4/127.0.0.1/tcp/0',
  foreignAddresses: ['/ip4/127.0.0.1/tcp/65536', '/ip4/256.0.0.1/tcp/1', '/ip4/127.0.0.1/udp/4000', '/memory/a'],
  openHandles
}

export function tcpOptions(): TransportSuiteOptions {
  return { ...tcp, name: 'tcp', create: () => tcpTransport(), supports: tcpTransport().supports }
}

export function tlsOptions(): TransportSuiteOptions {
  const create = () => tcpTransport({ tls: { ...parties.a, ca: parties.a.cert } })
  return { ...tcp, name: 'tcp with TLS', create, supports: create().supports }
}

/** Each joined with each by the ports of a channel. */
export function messagePortOptions(): TransportSuiteOptions {
  const alive = new Set<MessagePortTransport>()
  let names = 0
  return {
    name: 'MessagePorts of threads',
    create() {
      const transport = messagePortTransport()
      for (const other of alive) {
        const { port1, port2 } = new MessageChannel()
        transport.attach(port1)
        other.attach(port2)
      }
      alive.add(transport)
      return afterClose(transport, () => alive.delete(transport))
    },
    supports: messagePortTransport().supports,
    address: () => `/messageport/${++names}`,
    foreignAddresses: ['/messageport/a/b', '/messageport', '/memory/a']
  }
}

/** The nodes outlive the transports. `stop` ends them. */
export async function libp2pOptions(medium: Medium): Promise<TransportSuiteOptions & { stop(): Promise<void> }> {
  const pool = new NodePool(async () => {
    const node = await libp2pNode(medium)
    // An address of libp2p names a node, which others must have met to know where it is.
    for (const other of pool.nodes) await node.dial(other.getMultiaddrs())
    return node
  })
  const nodes = new Map<Transport, Libp2p>()
  const create = async () => {
    const node = await pool.take()
    const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })
    nodes.set(transport, node)
    return afterClose(transport, () => pool.give(node))
  }
  const first = await create()
  await first.close()
  return {
    name: `libp2p over ${medium}, noise and yamux`,
    create,
    supports: first.supports,
    address: (transport) => `/p2p/${nodes.get(transport)?.peerId}`,
    foreignAddresses: ['/ip4/127.0.0.1/tcp/4000', '/p2p/', '/p2p/12D3KooWnone'],
    openHandles: medium === 'memory' ? openHandles : undefined,
    stop: () => pool.stop()
  }
}
