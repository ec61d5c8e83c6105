import { discoveryConformance } from '@anyfeed/conformance'
import { afterAll, describe, it } from 'vitest'
import {
  bittorrentDiscoveryOptions,
  kadDhtOptions,
  mdnsDiscoveryOptions,
  memoryDiscoveryOptions
} from './adapters/discoveries.ts'

for (const options of [
  memoryDiscoveryOptions(),
  mdnsDiscoveryOptions(),
  bittorrentDiscoveryOptions(),
  bittorrentDiscoveryOptions({ key: 'both' })
]) {
  discoveryConformance({ describe, it }, options)
}

const { stop, ...kadDht } = kadDhtOptions()
afterAll(stop)
discoveryConformance({ describe, it }, kadDht)
