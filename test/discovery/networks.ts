import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type BittorrentDiscoveryOptions, bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import type { MdnsDiscoveryOptions } from '@anyfeed/discovery-mdns'

/** Multicast DNS on the loopback interface alone, on a port of its own. */
export async function mdnsOptions(): Promise<MdnsDiscoveryOptions & { port: number }> {
  // Held for as long as the process runs: let go, it might be given to a socket that shares it with nobody.
  const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(0).unref()
  await once(socket, 'listening')
  const { port } = socket.address()
  const onWarning = (warning: Error) => {
    throw warning
  }
  return { interface: '127.0.0.1', port, onWarning }
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
