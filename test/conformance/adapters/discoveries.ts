import type { DiscoverySuiteOptions } from '@anyfeed/conformance'
import { type BittorrentDiscoveryOptions, bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { type MdnsDiscoveryOptions, mdnsDiscovery } from '@anyfeed/discovery-mdns'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { dht, mdnsOptions } from '../../discovery/networks.ts'
import { afterClose } from './after-close.ts'
import { dhtNodes } from './dht-nodes.ts'

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

export function mdnsDiscoveryOptions(): DiscoverySuiteOptions {
  let settings: Promise<MdnsDiscoveryOptions> | undefined
  return {
    name: 'mdns',
    async create() {
      settings ??= mdnsOptions()
      return mdnsDiscovery(await settings)
    },
    supports: mdnsDiscovery().supports,
    teardown() {
      settings = undefined
    },
    openHandles
  }
}

/** A DHT of eight nodes on 127.0.0.1 for each case. */
export function bittorrentDiscoveryOptions(options: BittorrentDiscoveryOptions = {}): DiscoverySuiteOptions {
  let network: ReturnType<typeof dht> | undefined
  const settings = (forgetful: boolean) => ({
    host: '127.0.0.1',
    operationsPerSecond: 1000,
    ...options,
    ...(forgetful && { entryLifetime: 600 })
  })
  return {
    name: options.key === undefined ? 'bittorrent' : `bittorrent by ${options.key}`,
    async create({ forgetful }) {
      network ??= dht(settings(forgetful))
      const { bootstrap } = await network
      return bittorrentDiscovery({ ...settings(forgetful), bootstrap })
    },
    supports: bittorrentDiscovery(options).supports,
    async teardown() {
      const ended = network
      network = undefined
      await (await ended)?.close()
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
