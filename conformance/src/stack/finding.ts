import { equal } from '../assert/equal.ts'
import { ok } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { until } from '../wait/until.ts'
import { expectBlocks, freshBlocks, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'

const discovery = { discovery: true }
const found = quote(
  'api',
  'You can use this to query for peers that shares this feed using an external peer discovery mechanism.',
  'To find other hypercore peers on the internet sharing feeds we could use a peer discovery module such as discovery-channel'
)

/** Peers that nobody tells of each other. */
export const findingCases = [
  stackCase(
    'find.who-shares',
    'a peer that wants a feed finds the one that shares it, by nothing but its id',
    found.concat(quote('Swarm', 'looks for those who have the feeds in use, lets them find us, and trades with them')),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(20)
      const { id } = await share(a.core, blocks)
      await expectBlocks(b.core.get(id), blocks)
      // They may have dialled each other: of two connections one is left.
      await until(() => a.swarm.connections === 1 && b.swarm.connections === 1 && b.swarm.peers.length === 1)
      const [peer] = b.swarm.peers
      equal(peer?.id, a.core.id, 'the peer')
    }
  ),
  stackCase(
    'find.who-comes-later',
    'a peer that waits for a feed finds who shares it later',
    found.concat(quote('Discovery.lookup', 'Addresses for `topic`')),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(20)
      const copy = await share((await world.peer()).core, blocks)
      const waiting = expectBlocks(b.core.get(copy.id), blocks)
      await until(() => b.swarm.topics.length === 1)
      await share(a.core, blocks)
      await waiting
    }
  ),
  stackCase('find.three', 'of three peers, each finds another that has what it lacks', found, async (world) => {
    const peers = [await world.peer(discovery), await world.peer(discovery), await world.peer(discovery)]
    const blocks = freshBlocks(30)
    const [first] = peers
    const { id } = await share(first?.core as never, blocks)
    await Promise.all(peers.map(({ core }) => expectBlocks(core.get(id), blocks)))
    for (const { swarm } of peers) ok(swarm.peers.length >= 1, 'a peer is alone')
  }),
  stackCase(
    'find.nobody-else',
    'those who want different feeds do not find each other',
    quote('Discovery', 'Finds addresses for a topic: 32 bytes, a hash of the feed id and never the id itself.'),
    async (world) => {
      const [a, b, c] = [await world.peer(discovery), await world.peer(discovery), await world.peer(discovery)]
      const [one, two] = [freshBlocks(3), freshBlocks(3)]
      const { id } = await share(a.core, one)
      const other = await share(c.core, two)
      await expectBlocks(b.core.get(id), one)
      equal(c.swarm.peers, [], 'the peers of the one with another feed')
      await expectBlocks(b.core.get(other.id), two)
      equal(b.swarm.peers.length, 2, 'the number of peers')
    }
  ),
  stackCase(
    'find.close',
    'a swarm that is closed has no peers, no addresses and no topics, and closes again without harm',
    quote(
      'Swarm.close',
      'Leaves all topics, ends all connections, closes all listeners, transports and discoveries. Never rejects.'
    ),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(3)
      const { id } = await share(a.core, blocks)
      await expectBlocks(b.core.get(id), blocks)
      await Promise.all([a.swarm.close(), a.swarm.close()])
      await until(() => b.swarm.peers.length === 0)
      equal([a.swarm.peers, a.swarm.addresses, a.swarm.topics], [[], [], []], 'peers, addresses and topics')
      // What it holds can still be read.
      await expectBlocks(a.core.get(id), blocks)
    }
  )
]
