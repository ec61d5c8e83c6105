import { topicOf } from '@anyfeed/core'
import { type Connection, ConnectionError } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { ok } from '../assert/ok.ts'
import { all, findUntil, port } from '../discovery/finding.ts'
import { quote } from '../suite/case.ts'
import { turn } from '../wait/turn.ts'
import { until } from '../wait/until.ts'
import { expectBlocks, freshBlocks, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'
import { ReferenceTree } from './wire/reference-tree.ts'
import { linkOf, type Peer, type StackWorld } from './world.ts'

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
  stackCase(
    'find.late-seeker',
    'a peer that comes late finds who fetched a feed when the one that shared it has left it',
    found.concat(quote('Discovery.announce', 'Keeps `addresses` findable under `topic` until the signal fires')),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(20)
      const { id, feed } = await share(a.core, blocks)
      await expectBlocks(b.core.get(id), blocks)
      await feed.close()
      const late = await world.peer(discovery)
      await expectBlocks(late.core.get(id), blocks)
    }
  ),
  stackCase(
    'find.late-sharer',
    'a peer that has looked in vain finds one that comes into being later',
    found.concat(quote('DiscoverySupports.continuous', 'Whether a lookup goes on and tells of late comers')),
    async (world) => {
      const b = await world.peer(discovery)
      const blocks = freshBlocks(20)
      const feed = b.core.get(new ReferenceTree(blocks).id)
      const waiting = expectBlocks(feed, blocks)
      await until(() => b.swarm.topics.length === 1)
      const a = await world.peer(discovery)
      await share(a.core, blocks)
      await waiting
    }
  ),
  stackCase(
    'find.after-a-cut',
    'peers that found each other are connected again after a cut, by themselves, and lose nothing',
    found.concat(quote('Peering', 'who is met is connected once, and who is lost is dialled again')),
    async (world) => {
      const connections: Connection[] = []
      const onConnection = (connection: Connection) => connections.push(connection)
      const [a, b] = [await world.peer(discovery), await world.peer({ ...discovery, onConnection })]
      const blocks = freshBlocks(300)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      let cut = 0
      feed.once('download', () => {
        cut = connections.length
        for (const each of connections) each.abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the link was cut'))
      })
      await expectBlocks(feed, blocks)
      await until(() => connections.length > cut && linkOf(a, b) !== undefined && linkOf(b, a) !== undefined)
      ok(cut > 0, 'there was nothing to cut')
      const more = freshBlocks(3)
      const next = await share(a.core, more)
      await expectBlocks(b.core.get(next.id), more)
    }
  ),
  stackCase(
    'find.another-takes-over',
    'a peer whose only source goes away in the middle finds the one that comes after it',
    found.concat(quote('Feed.download', 'until all of it is here')),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(60)
      const { id, feed: half } = await share(a.core, blocks)
      await half.clear({ start: 30, end: 60 })
      const feed = b.core.get(id)
      const { done } = feed.download()
      await until(() => feed.held >= 30)
      await a.swarm.close()
      const c = await world.peer(discovery)
      await share(c.core, blocks)
      await done
      await expectBlocks(feed, blocks)
    }
  ),
  stackCase(
    'find.several-feeds',
    'peers that have several feeds in common find each other for each of them, and trade over one connection',
    found.concat(
      quote('SwarmTopic', 'the addresses it found that are remembered, and how many of those lead to a connected peer')
    ),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const feeds = [freshBlocks(10), freshBlocks(20), freshBlocks(1), freshBlocks(30)]
      const ids: Uint8Array[] = []
      for (const [i, blocks] of feeds.entries()) ids.push((await share((i < 2 ? a : b).core, blocks)).id)
      const copies = ids.map((id, i) => (i < 2 ? b : a).core.get(id))
      await Promise.all(copies.map((copy, i) => expectBlocks(copy, feeds[i] as Uint8Array[])))
      const connected = (peer: Peer) =>
        peer.swarm.topics.filter(({ discoveries }) => Object.values(discoveries).some((each) => each.connected > 0))
      await until(() => connected(a).length === 4 && connected(b).length === 4)
      // They may have dialled each other for each of them.
      await until(() => a.swarm.connections === 1 && b.swarm.connections === 1)
      // One that is left takes the connection from none of the others.
      await copies[0]?.close()
      const more = freshBlocks(5)
      const { id } = await share(a.core, more)
      await expectBlocks(b.core.get(id), more)
      equal([a.swarm.peers.length, b.swarm.peers.length], [1, 1], 'the number of peers')
    }
  ),
  stackCase(
    'find.uninterested',
    'who has no use for a feed any more is found no more, or no more after the time that the medium keeps it',
    quote('api', 'This is emitted when a feed is no longer being used.').concat(
      quote(
        'DiscoverySupports.forgetsAfter',
        'How long an address may still be found after its announcement was withdrawn'
      )
    ),
    async (world) => {
      const options = { discovery: true, forgetful: true }
      const [a, b] = [await world.peer(options), await world.peer(options)]
      const blocks = freshBlocks(5)
      const { id, feed } = await share(a.core, blocks)
      const copy = b.core.get(id)
      await expectBlocks(copy, blocks)
      await Promise.all([feed.close(), copy.close()])
      await until(() => a.swarm.topics.length === 0 && b.swarm.topics.length === 0)
      const left = [...a.swarm.addresses, ...b.swarm.addresses]
      await untilForgotten(world, topicOf(a.core.platform.sha256, id), left)
    }
  ),
  stackCase(
    'find.interested-again',
    'who uses a feed again that it had no use for is found again',
    quote('api', 'When a feed is being used hypercore will emit interested with the corresponding feed id.'),
    async (world) => {
      const [a, b] = [await world.peer(discovery), await world.peer(discovery)]
      const blocks = freshBlocks(5)
      const { id, feed } = await share(a.core, blocks)
      await feed.close()
      await until(() => a.swarm.topics.length === 0)
      const waiting = expectBlocks(b.core.get(id), blocks)
      await until(() => b.swarm.topics.length === 1)
      a.core.get(id)
      await waiting
    }
  ),
  stackCase('find.three', 'of three peers, each finds another that has what it lacks', found, async (world) => {
    const peers = [await world.peer(discovery), await world.peer(discovery), await world.peer(discovery)]
    const blocks = freshBlocks(30)
    const [first] = peers
    const { id } = await share(first?.core as never, blocks)
    await Promise.all(peers.map(({ core }) => expectBlocks(core.get(id), blocks)))
    // Where two dials crossed, the end of the one connection may be seen before the other says to whom it leads.
    await until(() => peers.every(({ swarm }) => swarm.peers.length >= 1))
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
      await until(() => b.swarm.peers.length === 2)
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

/** Looks until none of these addresses is found under a topic, each time anew: by one who never heard of them. */
async function untilForgotten(world: StackWorld, topic: Uint8Array, addresses: readonly string[]): Promise<void> {
  const needs = { forgetful: true }
  // Where a lookup goes on, one that is found after them shows that they would have been.
  const marker = port(7)
  const leaving = new AbortController()
  const other = await world.discovery(needs)
  const announced = other.supports.continuous ? other.announce(topic, [marker], leaving) : undefined
  try {
    for (;;) {
      const seeker = await world.discovery(needs)
      const found =
        announced === undefined ? await all(seeker, topic, leaving.signal) : await findUntil(seeker, topic, marker)
      if (!found.some((address) => addresses.includes(address))) return
      await turn()
    }
  } finally {
    leaving.abort()
    await announced
  }
}
