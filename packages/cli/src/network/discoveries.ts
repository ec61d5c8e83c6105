import type { Discovery } from '@anyfeed/interfaces'
import type { Node } from './libp2p-node.ts'
import type { NetworkOptions } from './options.ts'

export interface DiscoveryContext {
  readonly node: Node | undefined
  /** Where they keep what a next run can use. */
  readonly directory: string
  onWarning(error: Error): void
}

export interface Discoveries {
  readonly all: readonly Discovery[]
  /** Keeps what a next run can use. Never rejects. */
  save(): Promise<void>
}

/** The discoveries that were chosen. Each is only loaded when it is. */
export async function discoveries(options: NetworkOptions, context: DiscoveryContext): Promise<Discoveries> {
  const { interface: address, router, bittorrentKey: key } = options
  const { node, directory, onWarning } = context
  const saving: Array<() => Promise<void>> = []
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
      const { keepBittorrent, resumeBittorrent } = await import('./bittorrent-state.ts')
      const bootstrap = router.includes('public') ? 'public' : router
      const discovery = await resumeBittorrent(directory, { host: address, bootstrap, key, onWarning })
      saving.push(() => keepBittorrent(directory, discovery))
      return discovery
    }
  }
  const all = await Promise.all(options.discovery.map((name) => make[name]()))
  return { all, save: async () => void (await Promise.all(saving.map((save) => save()))) }
}
