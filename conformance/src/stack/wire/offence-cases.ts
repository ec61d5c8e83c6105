import { MAX_FRAME_BYTES } from '@anyfeed/core'
import { type StackCase, stackCase } from '../stack-case.ts'
import { protocol, sharing } from './parties.ts'
import { joined, varint } from './protobuf.ts'
import { expectUnharmed } from './unharmed.ts'
import { JOIN, REQUEST, type WirePeer } from './wire-peer.ts'

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

/** What no peer may do: it ends the stream. */
export const offenceCases = [
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
  )
]
