import { equal } from '../../assert/equal.ts'
import { present } from '../../assert/ok.ts'
import { atRest, until } from '../../wait/until.ts'
import { share } from '../fixtures.ts'
import { stackCase } from '../stack-case.ts'
import { connect } from '../world.ts'
import { protocol, sharing, wanting } from './parties.ts'
import { type Field, fieldOf, joined, varint } from './protobuf.ts'
import { expectUnharmed } from './unharmed.ts'
import { CANCEL, HAVE, JOIN, PAUSE, REQUEST, RESPONSE, UNPAUSE } from './wire-peer.ts'

/** Having, asking for and giving blocks, from the side of a peer that was written anew from the rules. */
export const blockCases = [
  stackCase(
    'wire.serves',
    'a peer of hypercore 1.x that joins is told what is here, may ask, and gets the block with its whole proof',
    protocol(
      'After both have joined, a side that has the feed open sends Have with its bitfield, then Unpause.',
      'It answers with the block and its full proof.',
      'going up from leaf 2b: the sibling, then each uncle, as long as that node lies wholly inside the tree (its right span is below 2n)',
      'all roots, left to right.',
      'Bitfield. Block b is bit `128 >> (b % 8)` of byte `b >> 3`.',
      'Absent or 0 is version 0.',
      "0 | Join | 1: required uint64 channel; 2: required bytes id (the feed's id)",
      '2 | Have | 1: required uint64 channel; 2: repeated uint64 blocks; 3: optional bytes bitfield',
      '5 | Request | 1: required uint64 channel; 2: required uint64 block',
      '6 | Response | 1: required uint64 channel; 2: required uint64 block; 3: required bytes data; 4: repeated Node proof, where Node is 1: required uint64 index, 2: required bytes hash',
      'What a peer that knows only the id needs, in this order:',
      'To a peer of version 0, these types are unknown types like any other.'
    ),
    async (world) => {
      const { peer, id, tree } = await sharing(world, 11)
      const wire = await world.wirePeer(peer)
      wire.join(id)
      const [join] = await wire.expect(JOIN)
      equal(fieldOf(present(join, 'the join').fields, 2), id, 'the id that was joined')
      const [have] = await wire.expect(HAVE)
      const bits = fieldOf(present(have, 'the have').fields, 3) as Uint8Array
      equal([bits[0], bits[1]], [0b1111_1111, 0b1110_0000], 'the bitfield')
      await wire.expect(UNPAUSE)
      for (const block of [10, 0, 4]) wire.request(block)
      const responses = await wire.expect(RESPONSE, 3)
      for (const { fields } of responses) {
        const block = fieldOf(fields, 2) as number
        equal(fieldOf(fields, 3), tree.blocks[block], `block ${block}`)
        const own = fieldOf(fields, 1) as number
        equal(fields, tree.response(block, own), `the response with block ${block}`)
      }
    }
  ),
  stackCase(
    'wire.paused',
    'who has not been unpaused is asked for nothing, and what a paused peer asks is not answered',
    protocol(
      'A channel starts paused.',
      "A paused peer's requests are ignored",
      '3 | Pause | 1: required uint64 channel',
      '4 | Unpause | 1: required uint64 channel'
    ),
    async (world) => {
      const { wire, feed, tree, all } = await wanting(world)
      const got = feed.get(1)
      got.catch(() => {})
      wire.join(tree.id)
      wire.send(HAVE, [
        [1, 0],
        [3, all]
      ])
      await wire.expect(JOIN)
      equal(await atRest(() => wire.requested.length), 0, 'the number of requests while paused')
      wire.send(UNPAUSE, [[1, 0]])
      await wire.expect(REQUEST)
      wire.send(PAUSE, [[1, 0]])
      wire.send(UNPAUSE, [[1, 0]])
      await wire.expect(REQUEST, 2)
      wire.send(RESPONSE, tree.response(wire.requested[1] as number))
      await until(() => feed.held === 1)

      const { peer, id, feed: shared } = await sharing(world)
      shared.pause('serve')
      const asking = await world.wirePeer(peer)
      asking.join(id)
      await asking.expect(JOIN)
      asking.request(0)
      equal(await atRest(() => asking.of(RESPONSE).length), 0, 'the number of answers while paused')
    }
  ),
  stackCase(
    'wire.request-for-missing',
    'a request for a block that is not here is passed over, and has nothing fetched',
    protocol(
      "A peer's Request for a block that is missing locally goes onto the local want list: remote peers steer what is downloaded."
    ),
    async (world) => {
      const { wire, tree, feed, peer, all } = await wanting(world)
      const got = feed.get(0)
      wire.offer(tree.id, Uint8Array.of(0b1000_0000))
      await wire.expect(REQUEST)
      wire.send(RESPONSE, tree.response(0))
      equal(await got, tree.blocks[0], 'the block')
      const asking = await world.wirePeer(peer)
      asking.join(tree.id)
      await asking.expect(UNPAUSE)
      for (const block of [3, 5, 99]) asking.request(block)
      asking.request(0)
      await asking.expect(RESPONSE)
      wire.send(HAVE, [
        [1, 0],
        [3, all]
      ])
      equal(await atRest(() => wire.requested.length), 1, 'the number of requests to the one that has the blocks')
      equal(asking.of(RESPONSE).length, 1, 'the number of answers')
    }
  ),
  stackCase(
    'wire.have',
    'blocks are offered by bitfield, one by one or packed; a bitfield replaces what was said before',
    protocol(
      'Repeated numbers are not packed when the original writes them; a reader must take both forms.',
      'It replaces what was known before; `blocks` adds to it.'
    ),
    async (world) => {
      const { wire, tree, feed } = await wanting(world)
      const wants = [0, 1, 2, 3].map((block) => feed.get(block))
      for (const want of wants) want.catch(() => {})
      wire.offer(tree.id, Uint8Array.of(0b0100_0000))
      await wire.expect(REQUEST)
      wire.send(RESPONSE, tree.response(1))
      equal(await wants[1], tree.blocks[1], 'the block of the bitfield')
      wire.send(HAVE, [
        [1, 0],
        [2, 0]
      ])
      await wire.expect(REQUEST, 2)
      wire.send(RESPONSE, tree.response(0))
      equal(await wants[0], tree.blocks[0], 'the block of a list')
      wire.send(HAVE, [
        [1, 0],
        [2, Uint8Array.from([...varint(2), ...varint(3)])]
      ])
      await wire.expect(REQUEST, 4)
      equal([...wire.requested].sort(), [0, 1, 2, 3], 'the blocks that were asked for')
    }
  ),
  stackCase(
    'wire.asks-again',
    'what a peer still owed when it went is asked of the next',
    protocol(
      'When a peer leaves, the first peer of the list is removed instead of it.',
      'A response that fails verification leaves its block marked as requested for ever.'
    ),
    async (world) => {
      const { peer, wire, tree, feed, all } = await wanting(world)
      const got = feed.get(4)
      wire.offer(tree.id, all)
      await wire.expect(REQUEST)
      const next = await world.wirePeer(peer)
      next.offer(tree.id, all)
      await next.expect(JOIN)
      wire.connection.abort(new Error('gone'))
      await next.expect(REQUEST)
      next.send(RESPONSE, tree.response(next.requested[0] as number))
      if (next.requested[0] !== 4) {
        await next.expect(REQUEST, 2)
        next.send(RESPONSE, tree.response(4))
      }
      equal(await got, tree.blocks[4], 'the block')
    }
  ),
  stackCase(
    'wire.cancel',
    'what is not to be fetched now is taken back by Cancel, and an answer that was under way by then does no harm',
    protocol('7 | Cancel | 1: required uint64 channel; 2: required uint64 block'),
    async (world) => {
      const { wire, tree, feed, all } = await wanting(world)
      const first = feed.get(0)
      wire.offer(tree.id, all)
      await wire.expect(REQUEST)
      wire.send(RESPONSE, tree.response(0))
      await first
      const got = feed.get(2)
      await wire.expect(REQUEST, 2)
      feed.pause('fetch')
      const [cancel] = await wire.expect(CANCEL)
      equal(fieldOf(present(cancel, 'the cancel').fields, 2), 2, 'the block that was taken back')
      // It was under way already.
      wire.send(RESPONSE, tree.response(2))
      feed.resume('fetch')
      const other = feed.get(3)
      await until(() => wire.requested.includes(3))
      wire.send(RESPONSE, tree.response(2))
      wire.send(RESPONSE, tree.response(3))
      equal(await other, tree.blocks[3], 'the block that was asked for later')
      equal(await got, tree.blocks[2], 'the block that was asked for again')
    }
  ),
  stackCase(
    'wire.shorter-proof',
    'a proof may leave out what is trusted here already',
    protocol(
      'A peer that already trusts a node on the way up needs nothing above it.',
      'accepts shorter proofs when it already has the nodes'
    ),
    async (world) => {
      const { wire, tree, feed, all } = await wanting(world, 8)
      wire.offer(tree.id, all)
      const first = feed.get(0)
      await wire.expect(REQUEST)
      wire.send(RESPONSE, tree.response(0))
      await first
      const second = feed.get(1)
      await wire.expect(REQUEST, 2)
      wire.send(RESPONSE, [
        [1, 0],
        [2, 1],
        [3, tree.blocks[1] as Uint8Array]
      ])
      equal(await second, tree.blocks[1], 'the block that came without a proof')
    }
  ),
  stackCase(
    'wire.wrong-block',
    'a block that does not lead to the id is never stored nor given, and ends the stream; an honest peer serves it',
    protocol(
      "recompute from the leaf upwards with the proof's nodes and the stored ones until a node is reached that is already trusted and equal",
      'Nothing is stored before that.'
    ),
    async (world) => {
      for (const change of [
        (fields: readonly Field[]) =>
          fields.map(([n, v]): Field => (n === 3 ? [3, joined(v as Uint8Array, Uint8Array.of(1))] : [n, v])),
        (fields: readonly Field[]) => fields.filter(([n], i) => n !== 4 || i !== 3),
        (fields: readonly Field[]) => fields.filter(([n]) => n !== 4)
      ]) {
        const { peer, wire, tree, feed, all } = await wanting(world)
        let given: Uint8Array | null | undefined
        const got = feed.get(1).then((block) => {
          given = block
          return block
        })
        got.catch(() => {})
        wire.offer(tree.id, all)
        await wire.expect(REQUEST)
        wire.send(RESPONSE, change(tree.response(wire.requested[0] as number)))
        await wire.ended()
        equal([feed.held, given], [0, undefined], 'how many blocks are here, and what was given')
        const honest = await world.peer()
        await share(honest.core, tree.blocks)
        await connect(peer, honest)
        equal(await got, tree.blocks[1], 'the block from an honest peer')
      }
    }
  ),
  stackCase(
    'wire.unasked-block',
    'a block that nobody asked for ends the stream, even if it is true, and is not stored',
    protocol('The original keeps at most 20 requests in flight for each stream.').concat(
      protocol('A Response must answer a request of ours')
    ),
    async (world) => {
      const { wire, tree, feed, peer } = await wanting(world)
      wire.offer(tree.id, Uint8Array.of(0))
      await wire.expect(JOIN)
      wire.send(RESPONSE, tree.response(2))
      await wire.ended()
      equal([feed.held, feed.has(2)], [0, false], 'what is here')
      await expectUnharmed(world, peer)
    }
  )
]
