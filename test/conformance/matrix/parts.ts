import type { DiscoverySuiteOptions, StorageSuiteOptions, TransportSuiteOptions } from '@anyfeed/conformance'
import {
  bittorrentDiscoveryOptions,
  kadDhtOptions,
  mdnsDiscoveryOptions,
  memoryDiscoveryOptions
} from '../adapters/discoveries.ts'
import { classicLevelOptions, memoryLevelOptions, memoryOptions } from '../adapters/storages.ts'
import { libp2pOptions, memoryTransportOptions, tcpOptions, tlsOptions } from '../adapters/transports.ts'
import { type Part, part } from './part.ts'

export const storageParts: ReadonlyArray<Part<StorageSuiteOptions>> = [
  part('memory', memoryOptions),
  part('memory-level', () => memoryLevelOptions()),
  part('classic-level', classicLevelOptions)
]

export const transportParts: ReadonlyArray<Part<TransportSuiteOptions>> = [
  part('memory', memoryTransportOptions),
  part('TCP', tcpOptions),
  part('TCP with TLS', tlsOptions),
  part('libp2p over TCP', () => libp2pOptions('tcp')),
  part('libp2p over memory', () => libp2pOptions('memory'))
]

export const discoveryParts: ReadonlyArray<Part<DiscoverySuiteOptions>> = [
  part('memory', memoryDiscoveryOptions),
  part('kad-dht', kadDhtOptions),
  part('mDNS', mdnsDiscoveryOptions),
  part('BitTorrent DHT', bittorrentDiscoveryOptions)
]

/** Ends what outlives the cases of any part. */
export async function stopParts(): Promise<void> {
  await Promise.all([...storageParts, ...transportParts, ...discoveryParts].map((part) => part.stop()))
}
