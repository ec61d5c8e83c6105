import { MAX_FRAME_BYTES } from '@anyfeed/core'
import { describe, expect, it } from 'vitest'
import { MAX_CHANNELS } from '../../packages/core/src/limits.ts'
import {
  HAVE,
  JOIN,
  LEAVE,
  type Message,
  PAUSE,
  REQUEST,
  RESPONSE,
  UNPAUSE
} from '../../packages/core/src/wire/messages.ts'
import { writeVarint } from '../../packages/core/src/wire/varint.ts'
import { turn } from '../../packages/core/test/until.ts'
import { type Scene, scene } from './bystander.ts'
import { ScriptedPeer } from './scripted-peer.ts'

function lengthPrefix(length: number): Uint8Array {
  const bytes = new Uint8Array(10)
  return bytes.subarray(0, writeVarint(bytes, 0, length))
}

const endless = Uint8Array.from({ length: 12 }, () => 128)
const hash = new Uint8Array(32)
const node = { index: 0, hash }
const response = (changes: object): Message =>
  ({ type: RESPONSE, channel: 0, block: 0, data: hash, proof: [], ...changes }) as Message

/** What ends a stream with a ProtocolError, once the peer has joined the feed on channel 0. */
const offences: Array<[string, (peer: ScriptedPeer, { id }: Scene) => void]> = [
  ['a frame over 5 MiB', (peer) => peer.bytes(lengthPrefix(MAX_FRAME_BYTES + 1))],
  ['a length that never ends', (peer) => peer.bytes(endless)],
  ['a number that never ends', (peer) => peer.frame(Uint8Array.of(REQUEST, 0x08, ...endless))],
  [
    'a number of 2^64',
    (peer) => peer.frame(Uint8Array.of(UNPAUSE, 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2))
  ],
  ['a field that ends beyond its message', (peer) => peer.frame(Uint8Array.of(JOIN, 0x08, 1, 0x12, 200, 1, 2))],
  ['a missing field', (peer) => peer.frame(Uint8Array.of(REQUEST, 0x08, 0))],
  ['a field of another type', (peer) => peer.frame(Uint8Array.of(REQUEST, 0x0a, 1, 0, 0x10, 1))],
  ['a channel number beyond the next free one', (peer) => peer.join(hash, 2)],
  ['a channel number of 2^53 - 1', (peer) => peer.join(hash, 2 ** 53 - 1)],
  ['a channel number in use', (peer) => peer.join(hash, 0)],
  ['the same feed on two channels', (peer, { id }) => peer.join(id, 1)],
  ...[LEAVE, PAUSE, UNPAUSE, HAVE, REQUEST, RESPONSE].map((type): [string, (peer: ScriptedPeer) => void] => [
    `a message of type ${type} on a channel that was never joined`,
    (peer) => peer.send({ type, channel: 9, block: 0, blocks: [], bitfield: undefined, data: hash, proof: [] } as never)
  ]),
  ['an id that is not 32 bytes', (peer) => peer.join(hash.subarray(1), 1)],
  [
    'a list of 65,537 blocks',
    (peer) => peer.send({ type: HAVE, channel: 0, blocks: Array(65_537).fill(1), bitfield: undefined })
  ],
  ['a proof of 129 nodes', (peer) => peer.send(response({ proof: Array(129).fill(node) }))],
  ['a hash that is not 32 bytes', (peer) => peer.send(response({ proof: [{ index: 0, hash: hash.subarray(1) }] }))],
  ['an answer that nobody asked for', (peer) => peer.send(response({ block: 5 }))],
  [
    'a truncated stream, in a frame',
    (peer) => {
      peer.bytes(Uint8Array.of(100, 1, 2))
      peer.stream.session.receiveEnd()
    }
  ],
  [
    'a truncated stream, in a length',
    (peer) => {
      peer.bytes(Uint8Array.of(200))
      peer.stream.session.receiveEnd()
    }
  ]
]

describe('a peer that breaks the rules ends its own stream, with a ProtocolError, and no other', () => {
  it.each(offences)('%s', async (_, offend) => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    peer.join(current.id)
    await peer.expect(UNPAUSE)
    expect(peer.ended).toBe(false)
    offend(peer, current)
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    // What comes after the end is not heard.
    peer.send({ type: REQUEST, channel: 0, block: 1 })
    await turn()
    expect(peer.of(RESPONSE)).toEqual([])
    await current.finish()
  })

  it.each([
    ['another protocol', (peer: ScriptedPeer) => peer.handshake({ protocol: 'bittorrent' })],
    ['an id of 31 bytes', (peer: ScriptedPeer) => peer.handshake({ id: hash.subarray(1) })],
    ['65 extensions', (peer: ScriptedPeer) => peer.handshake({ extensions: Array(65).fill('x') })],
    ['version 1 without a nonce', (peer: ScriptedPeer) => peer.handshake({ version: 1, nonce: undefined })],
    ['a nonce of 3 bytes', (peer: ScriptedPeer) => peer.handshake({ version: 1, nonce: Uint8Array.of(1, 2, 3) })],
    ['no handshake but a message', (peer: ScriptedPeer) => peer.join(hash)]
  ])('a handshake with %s', async (_, offend) => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core, { handshake: false })
    offend(peer)
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(current.core.peers).toHaveLength(1)
    await current.finish()
  })

  it('what is merely unknown is ignored', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    peer.join(current.id)
    for (const type of [8, 9, 50, 63, 64, 100, 127, 128, 255]) peer.frame(Uint8Array.of(type, 1, 2, 3))
    peer.bytes(new Uint8Array(1000))
    peer.send({ type: REQUEST, channel: 0, block: 2 ** 50 })
    peer.send({ type: REQUEST, channel: 0, block: 3 })
    const [answer] = await peer.expect(RESPONSE)
    expect(answer).toMatchObject({ block: 3, data: current.blocks[3] })
    await current.finish()
  })
})

describe('channel numbers', () => {
  it('a version 0 peer that leaves frees both numbers, and may join again', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    for (let round = 1; round <= 5; round++) {
      peer.join(current.id)
      await peer.expect(UNPAUSE, round)
      peer.send({ type: REQUEST, channel: 0, block: round })
      const answers = await peer.expect(RESPONSE, round)
      expect(answers.at(-1)).toMatchObject({ channel: 0, block: round })
      peer.send({ type: LEAVE, channel: 0 })
    }
    expect(peer.of(JOIN).map(({ channel }) => channel)).toEqual([0, 0, 0, 0, 0])
    expect(peer.ended).toBe(false)
    await current.finish()
  })

  it('when we leave a version 0 peer, its number is free at once, and it hears of us again', async () => {
    const current = await scene()
    const first = current.core.add()
    await first.append('another feed')
    const id = (await first.finalize()) as Uint8Array
    const peer = new ScriptedPeer(current.core)
    peer.join(id, 0)
    peer.join(current.id, 1)
    await peer.expect(UNPAUSE, 2)
    await first.close()
    await peer.expect(LEAVE)
    // It freed both numbers by our Leave: the next Join has the lowest, which is 0 again.
    peer.join(hash, 0)
    await turn()
    expect(peer.ended).toBe(false)
    // It named that feed itself: joining it anew tells it nothing.
    const again = current.core.get(id)
    await peer.expect(JOIN, 3)
    expect(peer.of(JOIN).at(-1)).toMatchObject({ id })
    await again.close()
    await current.finish()
  })

  it('a version 1 peer frees its number by its own Leave, not by ours', async () => {
    const current = await scene()
    const feed = current.core.add()
    await feed.append('another feed')
    const id = (await feed.finalize()) as Uint8Array
    const peer = new ScriptedPeer(current.core, { version: 1 })
    await turn()
    peer.privateJoin(id, 0)
    await peer.expect(UNPAUSE)
    await feed.close()
    await peer.expect(LEAVE)
    // On the way before it heard of that:
    peer.send({ type: REQUEST, channel: 0, block: 0 }, { type: HAVE, channel: 0, blocks: [0], bitfield: undefined })
    await turn()
    expect(peer.ended).toBe(false)
    peer.send({ type: LEAVE, channel: 0 })
    peer.privateJoin(current.id, 0)
    await peer.expect(UNPAUSE, 2)
    expect(peer.of(LEAVE)).toHaveLength(1)
    expect(peer.of(RESPONSE)).toEqual([])
    peer.privateJoin(hash, 0)
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await current.finish()
  })

  it('100,000 channels are too many, and those before them cost little', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    const id = new Uint8Array(32)
    const view = new DataView(id.buffer)
    const before = process.memoryUsage().heapUsed
    for (let channel = 0; channel < 100_000 && !peer.ended; channel++) {
      view.setUint32(0, channel)
      peer.join(id, channel)
      if (channel === MAX_CHANNELS - 1) {
        expect(peer.ended).toBe(false)
        expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6)
      }
    }
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await current.finish()
  })
})
