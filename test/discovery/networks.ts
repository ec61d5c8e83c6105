import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type BittorrentDiscoveryOptions, bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { type MdnsDiscoveryOptions, mdnsDiscovery } from '@anyfeed/discovery-mdns'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovery } from '@anyfeed/interfaces'

/** Discoveries that can find each other, and nobody else. */
export interface Network {
  create(): Discovery
  /** Ends every discovery that was created. */
  close(): Promise<void>
}

export type MakeNetwork = (options?: { readonly forgetful?: boolean }) => Promise<Network>

function network(create: () => Discovery, others: readonly Discovery[] = []): Network {
  const discoveries: Discovery[] = [...others]
  return {
    create() {
      const discovery = create()
      discoveries.push(discovery)
      return discovery
    },
    async close() {
      await Promise.all(discoveries.map((discovery) => discovery.close()))
    }
  }
}

export const memoryNetwork: MakeNetwork = async () => {
  const rendezvous = createMemoryRendezvous()
  return network(() => memoryDiscovery(rendezvous))
}

/** Multicast DNS on the loopback interface alone, on a port of its own. */
export async function mdnsOptions(): Promise<MdnsDiscoveryOptions & { port: number }> {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  const onWarning = (warning: Error) => {
    throw warning
  }
  return { interface: '127.0.0.1', port, onWarning }
}

export const mdnsNetwork: MakeNetwork = async () => {
  const options = await mdnsOptions()
  return network(() => mdnsDiscovery(options))
}

/** A DHT of eight nodes on 127.0.0.1. */
export async function dht(options: BittorrentDiscoveryOptions = {}) {
  const first = bittorrentDiscovery({ host: '127.0.0.1', ...options })
  const bootstrap = [await first.join()]
  const others = Array.from({ length: 7 }, () => bittorrentDiscovery({ host: '127.0.0.1', bootstrap, ...options }))
  await Promise.all(others.map((node) => node.join()))
  const nodes = [first, ...others]
  return {
    bootstrap,
    nodes,
    async close() {
      await Promise.all(nodes.map((node) => node.close()))
    }
  }
}

export const dhtNetwork: MakeNetwork = async ({ forgetful = false } = {}) => {
  const options = { operationsPerSecond: 1000, ...(forgetful ? { entryLifetime: 600 } : {}) }
  const { nodes, bootstrap } = await dht(options)
  return network(() => bittorrentDiscovery({ host: '127.0.0.1', bootstrap, ...options }), nodes)
}
