import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { mdnsDiscovery } from '@anyfeed/discovery-mdns'
import type { Discovery } from '@anyfeed/interfaces'
import type { SwarmWarning } from '@anyfeed/swarm'
import { tcpTransport } from '@anyfeed/transport-tcp'
import type { Libp2p } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { dht, mdnsOptions } from '../discovery/networks.ts'
import { fetchText, IMPATIENT, inNetwork, LOOPBACK, type Network, share, until } from './network.ts'

const NAMES = ['mdns', 'bittorrent', 'libp2p'] as const
type Name = (typeof NAMES)[number]

/** One network of each kind on this machine; makes the three discoveries of one more peer. */
async function media(network: Network): Promise<(node: Libp2p) => Record<Name, Discovery>> {
  const mdns = await mdnsOptions()
  const { bootstrap, close } = await dht()
  network.onClose(close)
  return (node) => ({
    mdns: mdnsDiscovery({ ...mdns, onWarning: () => {} }),
    bittorrent: bittorrentDiscovery({ host: '127.0.0.1', bootstrap, onWarning: () => {} }),
    libp2p: libp2pDiscovery(node, IMPATIENT)
  })
}

/** As it is when it cannot work at all: nothing that it needs is left. */
async function broken(discovery: Discovery): Promise<Discovery> {
  await discovery.close()
  return discovery
}

it.each(['nothing', ...NAMES] as const)(
  'with mDNS, the BitTorrent DHT and kad-dht at once, and %s of them broken, the fetch succeeds, and it is known who found whom',
  (fault) =>
    inNetwork(async (network) => {
      const discoveriesOf = await media(network)
      const first = await network.node()
      const join = async (listen: readonly string[]) => {
        const made = discoveriesOf(await network.node([first]))
        const discovery = await Promise.all(NAMES.map((name) => (name === fault ? broken(made[name]) : made[name])))
        const peer = network.peer({ transports: [tcpTransport()], discovery, listen })
        const warnings: SwarmWarning[] = []
        peer.swarm.on('warning', (warning) => warnings.push(warning))
        return { ...peer, warnings }
      }
      const author = await join([LOOPBACK])
      const reader = await join([])
      const working = NAMES.filter((name) => name !== fault)
      const id = await share(author.core, ['found', 'somehow'])
      expect(await fetchText(reader.core, id)).toEqual(['found', 'somehow'])

      // Each of the others finds the author sooner or later, and that it is connected already.
      const found = () => reader.swarm.topics[0]?.discoveries ?? {}
      await until(() => working.every((name) => found()[name]?.connected === 1))
      expect(Object.keys(found()).sort()).toEqual([...working].sort())
      const [peer] = reader.swarm.peers
      expect(peer?.id).toEqual(author.core.id)
      expect(peer?.discoveries.sort()).toEqual([...working].sort())
      const parts = new Set([...author.warnings, ...reader.warnings].map(({ part }) => part))
      expect([...parts]).toEqual(fault === 'nothing' ? [] : [fault])
    })()
)
