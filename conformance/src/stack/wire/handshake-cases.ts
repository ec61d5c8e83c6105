import { equal } from '../../assert/equal.ts'
import { present } from '../../assert/ok.ts'
import { hex, utf8 } from '../../bytes/text.ts'
import { freshBlocks, share } from '../fixtures.ts'
import { stackCase } from '../stack-case.ts'
import { protocol, sharing } from './parties.ts'
import { fieldOf } from './protobuf.ts'
import { ReferenceTree } from './reference-tree.ts'
import { expectUnharmed } from './unharmed.ts'
import { JOIN, LEAVE, PRIVATE_JOIN, RESPONSE, UNPAUSE } from './wire-peer.ts'

/** Beginning to speak, and which feeds a stream is about, from the side of a peer that was written anew from the rules. */
export const handshakeCases = [
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
  )
]
