import type { Discovery } from '@anyfeed/interfaces'
import type { Node } from './libp2p-node.ts'
import type { NetworkOptions } from './options.ts'

/** The discoveries that were chosen. Each is only loaded when it is. */
export function discoveries(
  options: NetworkOptions,
  node: Node | undefined,
  onWarning: (error: Error) => void
): Promise<Discovery[]> {
  const { interface: address, router, bittorrentKey: key } = options
  const make = {
    'kad-dht': async () => {
      const { libp2pDiscovery } = await import('@anyfeed/discovery-libp2p')
      return libp2pDiscovery(node as Node, { name: 'kad-dht' })
    },
    mdns: async () => {
      const { mdnsDiscovery } = await import('@anyfeed/discovery-mdns')
      return mdnsDiscovery({ interface: address, onWarning })
    },
    bittorrent: async () => {
      const { bittorrentDiscovery } = await import('@anyfeed/discovery-bittorrent')
      const bootstrap = router.includes('public') ? 'public' : router
      return bittorrentDiscovery({ host: address, bootstrap, key, onWarning })
    }
  }
  return Promise.all(options.discovery.map((name) => make[name]()))
}
