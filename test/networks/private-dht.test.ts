import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { expect, it } from 'vitest'
import { fetchText, inNetwork, type Libp2pPeer, share, until } from './network.ts'

const NODES = 30
/** Of so many, one announces: all of those at once. */
const STEP = 3

it(
  'in a private DHT of 30 nodes any announces, and any other finds and fetches',
  inNetwork(async (network) => {
    const first = await network.node()
    const nodes = [first]
    while (nodes.length < NODES) {
      const node = await network.node([first])
      await until(() => node.getPeers().length > 0)
      nodes.push(node)
    }
    const peers = nodes.map((node) => network.libp2pPeer(node, { discovery: [libp2pDiscovery(node)] }))
    const trade = async (i: number) => {
      const [author, seeker] = [peers[i], peers[(i + 11) % NODES]] as [Libp2pPeer, Libp2pPeer]
      const id = await share(author.core, ['by', `${i}`])
      expect(await fetchText(seeker.core, id)).toEqual(['by', `${i}`])
      const source = () => seeker.swarm.peers.find(({ identity }) => identity === author.node.peerId.toString())
      // They may have dialled each other, and be between the connection that ends and the one that is left.
      await until(() => source() !== undefined)
      expect(source()).toMatchObject({ transport: 'libp2p' })
    }
    await Promise.all(Array.from({ length: NODES / STEP }, (_, i) => trade(i * STEP)))
  })
)

it(
  'goes on when the bootstrap node has gone away, for those who announce and look after that too',
  inNetwork(async (network) => {
    const bootstrap = await network.node()
    const nodes = await Promise.all([1, 2, 3].map(() => network.node([bootstrap])))
    const [a, b] = nodes.map((node) => network.libp2pPeer(node)) as [Libp2pPeer, Libp2pPeer]
    const before = await share(a.core, ['before'])
    expect(await fetchText(b.core, before)).toEqual(['before'])
    await bootstrap.stop()
    const after = await share(a.core, ['after'])
    expect(await fetchText(b.core, after)).toEqual(['after'])
    const newcomer = network.libp2pPeer(await network.node([nodes[2] as Libp2pPeer['node']]))
    expect(await fetchText(newcomer.core, after)).toEqual(['after'])
  })
)

it(
  'providers that are gone do not keep anybody from those who are there',
  inNetwork(async (network) => {
    const keeper = await network.node()
    const gone = await Promise.all([1, 2, 3].map(() => network.node([keeper])))
    const there = network.libp2pPeer(await network.node([keeper]))
    const id = await share(there.core, ['still', 'here'])
    for (const node of gone) {
      const vanished = network.libp2pPeer(node)
      expect(await fetchText(vanished.core, id)).toEqual(['still', 'here'])
    }
    const seeker = await network.node([keeper])
    // Their records are in the DHT, and nothing of theirs answers.
    await Promise.all(gone.map((node) => node.stop()))
    const { core, swarm } = network.libp2pPeer(seeker)
    expect(await fetchText(core, id)).toEqual(['still', 'here'])
    await until(() => swarm.peers.length > 0)
    expect(swarm.peers.map(({ id }) => id)).toEqual([there.core.id])
  })
)
