import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { DiscoverySuiteOptions } from '@anyfeed/conformance'
import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { type MdnsDiscoveryOptions, mdnsDiscovery } from '@anyfeed/discovery-mdns'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovery } from '@anyfeed/interfaces'
import { dhtNodes } from './dht-nodes.ts'
import { afterClose } from './libp2p-nodes.ts'

/** The UDP sockets that this process has open. */
function openHandles(): string {
  return process
    .getActiveResourcesInfo()
    .filter((each) => each.toUpperCase() === 'UDPWRAP')
    .join()
}

export function memoryDiscoveryOptions(): DiscoverySuiteOptions {
  let rendezvous = createMemoryRendezvous()
  return {
    name: 'memory',
    create: () => memoryDiscovery(rendezvous),
    supports: memoryDiscovery(rendezvous).supports,
    teardown() {
      rendezvous = createMemoryRendezvous()
    }
  }
}

/** Multicast DNS on the loopback interface alone, on a port of its own. */
export async function mdnsSettings(): Promise<MdnsDiscoveryOptions & { port: number }> {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  const onWarning = (warning: Error) => {
    throw warning
  }
  return { interface: '127.0.0.1', port, onWarning }
}

export function mdnsDiscoveryOptions(): DiscoverySuiteOptions {
  let settings: Promise<MdnsDiscoveryOptions> | undefined
  return {
    name: 'mdns',
    async create() {
      settings ??= mdnsSettings()
      return mdnsDiscovery(await settings)
    },
    supports: mdnsDiscovery().supports,
    teardown() {
      settings = undefined
    },
    openHandles
  }
}

const NODES = 8

/** A DHT of eight nodes on 127.0.0.1 for each case. */
export function bittorrentDiscoveryOptions(): DiscoverySuiteOptions {
  let network: Promise<{ nodes: Discovery[]; bootstrap: string[] }> | undefined
  const settings = (forgetful: boolean) => ({
    host: '127.0.0.1',
    operationsPerSecond: 1000,
    ...(forgetful && { entryLifetime: 600 })
  })
  const begin = async (forgetful: boolean) => {
    const first = bittorrentDiscovery(settings(forgetful))
    const bootstrap = [await first.join()]
    const others = Array.from({ length: NODES - 1 }, () => bittorrentDiscovery({ ...settings(forgetful), bootstrap }))
    await Promise.all(others.map((node) => node.join()))
    return { nodes: [first, ...others], bootstrap }
  }
  return {
    name: 'bittorrent',
    async create({ forgetful }) {
      network ??= begin(forgetful)
      const { bootstrap } = await network
      return bittorrentDiscovery({ ...settings(forgetful), bootstrap })
    },
    supports: bittorrentDiscovery().supports,
    async teardown() {
      const ended = network
      network = undefined
      await Promise.all((await ended)?.nodes.map((node) => node.close()) ?? [])
    },
    openHandles
  }
}

/** Over nodes that outlive the discoveries. `stop` ends them. */
export function kadDhtOptions(): DiscoverySuiteOptions & { stop(): Promise<void> } {
  const pool = dhtNodes()
  return {
    name: 'kad-dht',
    async create() {
      // A lone node has nobody to tell.
      await pool.reserve(2)
      const node = await pool.take()
      // Rounds of a lookup follow one another at once, so that a test waits for nothing but what happens.
      const discovery = libp2pDiscovery(node, { lookupInterval: { first: 20, longest: 100 } })
      return afterClose(discovery, () => pool.give(node))
    },
    supports: { addresses: 'any', continuous: true, forgetsAfter: 0 },
    stop: () => pool.stop()
  }
}
