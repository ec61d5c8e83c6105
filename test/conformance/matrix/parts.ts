import type { DiscoverySuiteOptions, StorageSuiteOptions, TransportSuiteOptions } from '@anyfeed/conformance'
import {
  bittorrentDiscoveryOptions,
  kadDhtOptions,
  mdnsDiscoveryOptions,
  memoryDiscoveryOptions
} from '../adapters/discoveries.ts'
import { classicLevelOptions, memoryLevelOptions, memoryOptions } from '../adapters/storages.ts'
import { libp2pOptions, memoryTransportOptions, tcpOptions, tlsOptions } from '../adapters/transports.ts'

/** An adapter as the suite of its seam takes it. */
export interface Part<Options> {
  readonly name: string
  /** Made when it is first used. */
  options(): Promise<Options>
  /** Ends what outlives its cases. */
  stop(): Promise<void>
}

function part<Options>(name: string, make: () => Options | Promise<Options>): Part<Options> {
  let made: Promise<Options> | undefined
  return {
    name,
    async options() {
      made ??= Promise.resolve(make())
      return made
    },
    async stop() {
      const { stop } = ((await made) ?? {}) as { stop?: () => Promise<void> }
      made = undefined
      await stop?.()
    }
  }
}

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
