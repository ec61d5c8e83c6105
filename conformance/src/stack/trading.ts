import { equal } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { atRest, until } from '../wait/until.ts'
import { expectBlocks, freshBlocks, getText, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'
import { ReferenceTree } from './wire/reference-tree.ts'
import { connect, linkOf, streamOf } from './world.ts'

/** Two, three and five peers. */
export const tradingCases = [
  stackCase(
    'peers.handshake',
    'each side learns who the other says it is and which version it speaks, and tells that it has',
    quote('api', 'When the stream receives a handshake from the remote peer a handshake event is emitted.').concat(
      quote('protocol', '3: required bytes id (32 random bytes naming the peer)')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const [toB, toA] = [streamOf(a, b), streamOf(b, a)]
      equal([toB.remoteId, toA.remoteId], [b.core.id, a.core.id], 'the ids')
      equal([toB.remoteVersion, toA.remoteVersion], [1, 1], 'the versions')
      equal([a.core.peers.length, b.core.peers.length], [1, 1], 'the number of peers')
    }
  ),
  stackCase(
    'peers.both-ways',
    'two peers fetch from each other at the same time, over one connection',
    quote('api', "This stream should be piped together with a remote peer's stream to the start replicating feeds."),
    async (world) => {
      const [a, b] = await world.pair()
      const [mine, theirs] = [freshBlocks(80), freshBlocks(90)]
      const [one, two] = [await share(a.core, mine), await share(b.core, theirs)]
      await Promise.all([expectBlocks(b.core.get(one.id), mine), expectBlocks(a.core.get(two.id), theirs)])
      equal(streamOf(a, b).sharedFeeds, 2, 'the number of feeds that are shared')
    }
  ),
  stackCase(
    'peers.unfinished-is-not-served',
    'a feed is served from the moment that it is finalized, and not before',
    quote('api', "feed.finalize when you're done and ready to share this feed").concat(
      quote('protocol', 'It is *static*: blocks are appended, then the feed is finalized')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(4)
      const feed = a.core.add()
      await feed.append(blocks)
      const wanted = b.core.get(new ReferenceTree(blocks).id)
      let came = false
      const got = wanted.get(0).then((block) => {
        came = true
        return block
      })
      // Another feed makes its way there and back meanwhile.
      const other = await share(a.core, ['other'])
      equal(await getText(b.core.get(other.id), 0), 'other', 'the block of another feed')
      equal(await atRest(() => came), false, 'whether a block of an unfinished feed came')
      await feed.finalize()
      equal(await got, blocks[0], 'the block of the finalized feed')
    }
  ),
  stackCase(
    'peers.pause',
    'a feed that is paused sends nothing, and goes on when it is resumed',
    quote('Feed.pause', 'Peers are told; what is waited for goes on waiting.').concat(
      quote('protocol', 'A channel starts paused.')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(30)
      const { id, feed } = await share(a.core, blocks)
      feed.pause('serve')
      const copy = b.core.get(id)
      const done = copy.download().done
      equal(await atRest(() => copy.held), 0, 'the number of blocks that came while it was paused')
      feed.resume('serve')
      await done
      copy.pause('fetch')
      await copy.clear()
      const got = copy.get(3)
      equal(await atRest(() => copy.held), 0, 'the number of blocks that came while fetching was paused')
      copy.resume('fetch')
      equal(await got, blocks[3], 'the block')
    }
  ),
  stackCase(
    'peers.leave',
    'a feed that is closed is left, and is traded again when it is opened again',
    quote('protocol', "Leave frees the sender's channel number; the side that gets it leaves too."),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(6)
      const { id, feed } = await share(a.core, blocks)
      let handle = feed
      const copy = b.core.get(id)
      for (let round = 0; round < 3; round++) {
        equal(await copy.get(round), blocks[round], `block ${round}`)
        await handle.close()
        await until(() => copy.peers === 0)
        const waiting = copy.get(round + 1)
        handle = a.core.get(id)
        equal(await waiting, blocks[round + 1], `block ${round + 1}`)
      }
      equal([b.swarm.peers.length, copy.peers], [1, 1], 'the number of peers, and of those on the feed')
    }
  ),
  stackCase(
    'peers.disconnect',
    'a connection that ends in the middle loses nothing that was fetched, and both sides know that it is over',
    quote('CoreEvents', "A peer's stream is over; with an error unless it ended as it should.").concat(
      quote('SwarmPeer.disconnect', 'Hangs up. What is known of its addresses stays: it may be dialled again.')
    ),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const blocks = freshBlocks(400)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      const download = feed.download()
      const ended = [a, b].map(
        ({ core }) => new Promise<unknown>((resolve) => core.once('peer-end', (_, error) => resolve(error)))
      )
      feed.once('download', () => linkOf(b, a)?.disconnect())
      b.swarm.dial(a.address).catch(() => {})
      await Promise.all(ended)
      ok(feed.held > 0, 'nothing had come')
      await connect(b, a)
      await download.done
      await expectBlocks(feed, blocks)
    }
  ),
  stackCase(
    'peers.restart',
    'a peer that is gone and one that comes in its place are enough to finish',
    quote('Feed.download', 'until all of it is here'),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const blocks = freshBlocks(300)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      const { done } = feed.download()
      const some = new Promise<void>((resolve) => feed.once('download', () => resolve()))
      b.swarm.dial(a.address).catch(() => {})
      await some
      await a.swarm.close()
      await until(() => b.swarm.peers.length === 0)
      const next = await world.peer()
      await share(next.core, blocks)
      await connect(b, next)
      await done
      await expectBlocks(feed, blocks)
    }
  ),
  stackCase(
    'peers.itself',
    'a peer that dials itself is refused, and has no peer',
    quote('Swarm.dial', 'a `ConnectionError` (`ERR_CONNECTION_REFUSED`) when it is ourselves').concat(
      quote('protocol', 'it is talking to itself, or to somebody who sends its own words back to it')
    ),
    async (world) => {
      const a = await world.peer()
      const error = await a.swarm.dial(a.address).then(
        () => undefined,
        (reason: { code?: string }) => reason.code
      )
      equal(error, 'ERR_CONNECTION_REFUSED', 'the code')
      equal(a.swarm.peers.length, 0, 'the number of peers')
    }
  ),
  stackCase(
    'peers.three.relay',
    'a third peer gets from the second what that got from the first, who is gone',
    quote('protocol', 'After storing a block it sends Have with that block to every peer on the channel'),
    async (world) => {
      const [a, b, c] = [await world.peer(), await world.peer(), await world.peer()]
      const blocks = freshBlocks(50)
      const { id } = await share(a.core, blocks)
      await connect(b, a)
      await b.core.get(id).download().done
      await a.swarm.close()
      await connect(c, b)
      await expectBlocks(c.core.get(id), blocks)
    }
  ),
  stackCase(
    'peers.three.chain',
    'what reaches the second peer goes on to the third while it comes in',
    quote('protocol', 'After storing a block it sends Have with that block to every peer on the channel'),
    async (world) => {
      const [a, b, c] = [await world.peer(), await world.peer(), await world.peer()]
      const blocks = freshBlocks(120)
      await connect(c, b)
      const { id } = await share(a.core, blocks)
      const last = expectBlocks(c.core.get(id), blocks)
      const middle = b.core.get(id).download().done
      await connect(b, a)
      await Promise.all([last, middle])
    }
  ),
  stackCase(
    'peers.three.complementary',
    'two peers that have a half each are as good as one that has all',
    quote('protocol', 'Bitfield. Block b is bit `128 >> (b % 8)` of byte `b >> 3`.'),
    async (world) => {
      const [a, b, c] = [await world.peer(), await world.peer(), await world.peer()]
      const blocks = freshBlocks(60)
      const tree = await share(a.core, blocks)
      await connect(b, a)
      await b.core.get(tree.id).download({ start: 0, end: 30 }).done
      await a.core.get(tree.id).clear({ start: 0, end: 30 })
      await connect(c, a)
      await connect(c, b)
      await expectBlocks(c.core.get(tree.id), blocks)
    }
  ),
  stackCase(
    'peers.five.mesh',
    'of five peers that all know each other, all get what one has',
    quote('Core', 'Keeps feeds in a store and replicates them with peers.'),
    async (world) => {
      const peers = await world.peers(5)
      const blocks = freshBlocks(60)
      const { id } = await share(present(peers[0], 'the first peer').core, blocks)
      await Promise.all(peers.map(({ core }) => expectBlocks(core.get(id), blocks)))
      for (const { swarm } of peers) equal(swarm.peers.length, 4, 'the number of peers')
    }
  ),
  stackCase(
    'peers.five.each-a-part',
    'of five peers of which each has a fifth, all get everything',
    quote('protocol', 'It replaces what was known before; `blocks` adds to it.'),
    async (world) => {
      const peers = await world.peers(5)
      const blocks = freshBlocks(50)
      const [first, ...others] = peers
      const { id } = await share(present(first, 'the first peer').core, blocks)
      for (const [i, { core }] of others.entries()) {
        await core.get(id).download({ start: 10 * i, end: 10 * (i + 1) }).done
      }
      await first?.core.get(id).clear({ start: 0, end: 40 })
      await Promise.all(peers.map(({ core }) => expectBlocks(core.get(id), blocks)))
    }
  )
]
