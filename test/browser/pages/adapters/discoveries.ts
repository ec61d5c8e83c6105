import type { DiscoverySuiteOptions } from '@anyfeed/conformance'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Libp2p } from '@libp2p/interface'
import { afterClose } from '../../../conformance/adapters/after-close.ts'
import { pageNode } from './nodes.ts'

export function memoryDiscoveryOptions(): DiscoverySuiteOptions {
  let rendezvous = createMemoryRendezvous()
  return {
    name: 'memory',
    create: () => memoryDiscovery(rendezvous),
    teardown() {
      rendezvous = createMemoryRendezvous()
    },
    supports: memoryDiscovery(rendezvous).supports
  }
}

/** The DHT of the Node process at `server`, which pages ask and keep nothing of. */
export function kadDhtOptions(server: string): DiscoverySuiteOptions {
  const free: Libp2p[] = []
  return {
    name: 'kad-dht',
    async create() {
      const node = free.shift() ?? (await pageNode('WebSockets', server))
      return afterClose(libp2pDiscovery(node, { lookupInterval: { first: 20, longest: 100 } }), () => free.push(node))
    },
    supports: { addresses: 'any', continuous: true, forgetsAfter: 0 }
  }
}
