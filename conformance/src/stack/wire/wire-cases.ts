import { MAX_FRAME_BYTES } from '@anyfeed/core'
import { equal } from '../../assert/equal.ts'
import { present } from '../../assert/ok.ts'
import { hex, utf8 } from '../../bytes/text.ts'
import { atRest, until } from '../../wait/until.ts'
import { expectBlocks, freshBlocks, share } from '../fixtures.ts'
import { type StackCase, stackCase } from '../stack-case.ts'
import type { Peer, StackWorld } from '../world.ts'
import { connect } from '../world.ts'
import { protocol, sharing, wanting } from './parties.ts'
import { type Field, fieldOf, joined, varint } from './protobuf.ts'
import { ReferenceTree } from './reference-tree.ts'
import {
  CANCEL,
  HAVE,
  JOIN,
  LEAVE,
  PAUSE,
  PRIVATE_JOIN,
  REQUEST,
  RESPONSE,
  UNPAUSE,
  type WirePeer
} from './wire-peer.ts'

/** Fails unless an honest peer is served as ever. */
async function expectUnharmed(world: StackWorld, peer: Peer): Promise<void> {
  const blocks = freshBlocks(3)
  const { id } = await share(peer.core, blocks)
  const other = await world.peer()
  await connect(other, peer)
  await expectBlocks(other.core.get(id), blocks)
}

/** A case in which the other side does something that ends its stream, and nothing else. */
function offence(
  name: string,
  title: string,
  text: string,
  commit: (wire: WirePeer, id: Uint8Array) => void | Promise<void>
): StackCase {
  return stackCase(
    `wire.${name}`,
    `${title} ends the stream, and touches nothing else`,
    protocol(text),
    async (world) => {
      const { peer, id } = await sharing(world)
      const wire = await world.wirePeer(peer)
      await commit(wire, id)
      await wire.ended()
      await expectUnharmed(world, peer)
    }
  )
}

/** The rules of the wire, from the side of a peer that was written anew from them. */
export const wireCases = [
  stackCase(
    'wire.handshake',
    'the first frame is a handshake with protocol, version, id and sorted extensions',
    protocol(
      'The first frame of each side is its Handshake, with no type.',
      '1: required string protocol ("hypercore"; "hyperdrive" is accepted too, anything else ends the stream)',
      '4: repeated string extensions, sorted by code unit'
    ),
    async (world) => {
      const peer = await world.peer({ core: { extensions: ['z', 'a', 'B'] } })
      const wire = await world.wirePeer(peer, {
        handshake: [
          [1, utf8('hyperdrive')],
          [3, new Uint8Array(32).fill(7)]
        ]
      })
      const fields = present(wire.handshake, 'the handshake')
      equal(fieldOf(fields, 1), utf8('hypercore'), 'the protocol')
      equal(fieldOf(fields, 3), peer.core.id, 'the id')
      const names = fields.filter(([number]) => number === 4).map(([, name]) => name)
      equal(names, ['B', 'a', 'z'].map(utf8), 'the extensions')
      equal(wire.over, false, 'whether the stream has ended')
    }
  ),
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
    'wire.keep-alive',
    'frames of length 0 and unknown types, fields and extensions are passed over',
    protocol(
      'Length 0 is a keep-alive and is ignored.',
      'unknown types are ignored',
      'Empty frames keep idle connections open.'
    ),
    async (world) => {
      const { peer, id, tree } = await sharing(world)
      const wire = await world.wirePeer(peer)
      for (let i = 0; i < 3; i++) wire.bytes(Uint8Array.of(0))
      wire.frame(Uint8Array.of(30, 1, 2, 3))
      wire.extension(63, utf8('whatever'))
      wire.send(JOIN, [
        [1, 0],
        [2, id],
        [15, 1],
        [16, utf8('new')]
      ])
      await wire.expect(UNPAUSE)
      wire.request(3)
      const [response] = await wire.expect(RESPONSE)
      equal(fieldOf(present(response, 'the response').fields, 3), tree.blocks[3], 'the block')
    }
  ),
  stackCase(
    'wire.split-anywhere',
    'where one chunk ends and the next begins does not matter',
    protocol('Each frame on the byte stream is `varint length ‖ payload`.'),
    async (world) => {
      const { peer, id, tree } = await sharing(world)
      const wire = await world.wirePeer(peer)
      const frames: number[] = []
      const record = (bytes: Uint8Array) => {
        frames.push(...bytes)
      }
      const send = wire.bytes.bind(wire)
      wire.bytes = record
      wire.join(id)
      wire.request(1)
      for (const byte of frames) send(Uint8Array.of(byte))
      await wire.expect(UNPAUSE)
      wire.bytes = send
      wire.request(1)
      const [response] = await wire.expect(RESPONSE)
      equal(fieldOf(present(response, 'the response').fields, 3), tree.blocks[1], 'the block')
    }
  ),
  stackCase(
    'wire.no-id-volunteered',
    'a stranger that connects is told no id, neither of version 0 nor of version 1',
    protocol(
      'Here no id is volunteered to a peer of version 0: its Joins are answered for the feeds that are open here, and that is enough, because it always sends them first.',
      'Every feed id the core knows is sent to everyone who connects; the id is all that is needed to read the feed.'
    ),
    async (world) => {
      const { peer, id } = await sharing(world)
      peer.core.get(new Uint8Array(32).fill(9))
      const other = new ReferenceTree(freshBlocks(2)).id
      const old = await world.wirePeer(peer)
      old.join(other)
      old.join(id, 1)
      await old.expect(UNPAUSE)
      const ids = old.of(JOIN).map(({ fields }) => hex(fieldOf(fields, 2) as Uint8Array))
      equal(ids, [hex(id)], 'the ids that a peer of version 0 was told')
      const wire = await world.wirePeer(peer, { version: 1 })
      wire.privateJoin(other)
      wire.privateJoin(id, 1)
      await wire.expect(UNPAUSE)
      equal(wire.of(JOIN).length, 0, 'the number of joins with an id to a peer of version 1')
    }
  ),
  stackCase(
    'wire.private-join',
    'a peer of version 1 joins by a proof that it knows the id, and is answered by one; a wrong proof gets no answer',
    protocol(
      'Among peers of version 1, Join is replaced by PrivateJoin:',
      'Whoever knows the feed makes the same proof and compares it',
      `\`SHA-256("anyfeed join" ‖ id ‖ prover's nonce ‖ verifier's nonce ‖ channel binding)\`, 32 bytes`,
      'the first 2 bytes of the feed\'s topic: `SHA-256("anyfeed topic" ‖ id)`',
      '2: optional uint64 version',
      'Who wants, asks: after the handshakes'
    ),
    async (world) => {
      const { peer, id, tree } = await sharing(world)
      const stranger = await world.wirePeer(peer, { version: 1 })
      stranger.privateJoin(id, 0, (proof) => proof.map((byte, i) => (i === 31 ? byte ^ 1 : byte)))
      const wire = await world.wirePeer(peer, { version: 1 })
      wire.privateJoin(id)
      const [join] = await wire.expect(PRIVATE_JOIN)
      const proof = fieldOf(present(join, 'the join').fields, 3)
      equal(proof, wire.joinProof(id, wire.remoteNonce, wire.nonce), 'the proof that came back')
      await wire.expect(UNPAUSE)
      wire.request(2)
      const [response] = await wire.expect(RESPONSE)
      equal(fieldOf(present(response, 'the response').fields, 3), tree.blocks[2], 'the block')
      equal(stranger.messages.length, 0, 'the number of messages to the stranger')
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
  ),
  stackCase(
    'wire.leave',
    'a channel that was left is free, and another feed may have its number',
    protocol(
      "Leave frees the sender's channel number; the side that gets it leaves too.",
      '1 | Leave | 1: required uint64 channel',
      'Each side numbers its own channels from 0, always the lowest free one'
    ),
    async (world) => {
      const { peer, id } = await sharing(world)
      const other = await share(peer.core, freshBlocks(2))
      const wire = await world.wirePeer(peer)
      wire.join(id, 0)
      wire.join(other.id, 1)
      await wire.expect(UNPAUSE, 2)
      wire.send(LEAVE, [[1, 0]])
      wire.join(new Uint8Array(32).fill(3), 0)
      wire.send(LEAVE, [[1, 0]])
      wire.join(id, 0)
      await wire.expect(UNPAUSE, 3)
      wire.request(0, 0)
      await wire.expect(RESPONSE)
      equal(wire.over, false, 'whether the stream has ended')
    }
  ),
  offence(
    'offence.channel-gap',
    'a Join beyond the next free number',
    'A Join whose number is beyond the next free one, or still in use, ends the stream.',
    (wire, id) => wire.join(id, 1)
  ),
  offence(
    'offence.channel-in-use',
    'a Join under a number in use',
    'A Join whose number is beyond the next free one, or still in use, ends the stream.',
    (wire, id) => {
      wire.join(id, 0)
      wire.join(new Uint8Array(32).fill(5), 0)
    }
  ),
  offence(
    'offence.frame-too-large',
    'a frame over 5 MiB',
    'The original refuses frames over 5 MiB (5·1024·1024)',
    (wire) => wire.bytes(Uint8Array.from(varint(MAX_FRAME_BYTES + 1)))
  ),
  offence('offence.endless-varint', 'a number that never ends', 'A varint can decode to Infinity', (wire) =>
    wire.bytes(new Uint8Array(64).fill(255))
  ),
  offence(
    'offence.huge-number',
    'a number beyond 2^53 - 1',
    'Indexes from 2^32 up alias low bits of the bitfield.',
    (wire, id) => {
      wire.join(id, 0)
      wire.frame(joined(Uint8Array.of(REQUEST), Uint8Array.of(8, 0, 16), new Uint8Array(9).fill(255), Uint8Array.of(1)))
    }
  ),
  offence(
    'offence.cut-message',
    'a message that ends in the middle of a field',
    'bodies are protocol buffers (proto2)',
    (wire) => wire.frame(Uint8Array.of(JOIN, 8, 0, 18, 32, 1, 2))
  ),
  stackCase(
    'wire.other-protocol',
    'a handshake of another protocol ends the stream, and touches nothing else',
    protocol('anything else ends the stream'),
    async (world) => {
      const peer = await world.peer()
      const wire = await world.wirePeer(peer, {
        handshake: [
          [1, utf8('bittorrent')],
          [3, new Uint8Array(32)]
        ]
      })
      await wire.ended()
      await expectUnharmed(world, peer)
    }
  )
]
