import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { decodeHandshake, decodeMessage, messageType } from '../../packages/core/src/wire/decode.ts'
import { encodeExtension, encodeHandshake, encodeMessage } from '../../packages/core/src/wire/encode.ts'
import { FrameDecoder } from '../../packages/core/src/wire/frame-decoder.ts'
import { CANCEL, FIRST_EXTENSION, HAVE, JOIN, REQUEST, RESPONSE, UNPAUSE } from '../../packages/core/src/wire/messages.ts'
import { coreWith, hex, unhex, utf8 } from '../../packages/core/test/content.ts'
import { until } from '../../packages/core/test/until.ts'
import { ScriptedPeer } from '../attacks/scripted-peer.ts'
import { framesOf, type RecordedSession, recordedSessions, session } from './recorded.ts'

function payload(frame: Uint8Array): Uint8Array {
  const [only, ...others] = new FrameDecoder().push(frame)
  expect(others).toEqual([])
  return only as Uint8Array
}

describe.each(recordedSessions)('the recorded session: $title', (recorded) => {
  it.each(['a', 'b'] as const)('is understood frame by frame, and our frames are the same bytes (peer %s)', (peer) => {
    const [first, ...rest] = framesOf(recorded, peer) as [Uint8Array, ...Uint8Array[]]
    const handshake = decodeHandshake(payload(first))
    expect(handshake).toMatchObject({ protocol: 'hypercore', version: 0, nonce: undefined })
    expect(hex(handshake.id)).toBe(peer === 'a' ? recorded.peerIdA : recorded.peerIdB)
    expect(hex(encodeHandshake(handshake))).toBe(hex(first))
    for (const frame of rest) {
      const bytes = payload(frame)
      const type = messageType(bytes)
      if (type >= FIRST_EXTENSION) {
        expect(hex(encodeExtension(type, bytes.subarray(1)))).toBe(hex(frame))
        continue
      }
      const message = decodeMessage(bytes)
      if (message === undefined) throw new Error(`a frame was not understood: ${hex(frame)}`)
      expect(message.channel).toBe(0)
      expect(hex(encodeMessage(message))).toBe(hex(frame))
      if (message.type === JOIN) expect(hex(message.id)).toBe(recorded.feed)
      if (message.type === RESPONSE) expect(utf8(message.data)).toBe(recorded.blocksUtf8[message.block])
    }
  })
})

/** A core that wants the session's feed, with the recorded peer a at the other end. */
async function fetching(recorded: RecordedSession, extensions: string[] = []) {
  const core = createCore({ storage: memoryStorage(), extensions })
  const feed = core.get(recorded.feed)
  await feed.open()
  const peer = new ScriptedPeer(core, { handshake: false })
  const received: string[] = []
  peer.stream.on('message', (name, payload) => received.push(`${name} ${hex(payload)}`))
  return { core, feed, peer, received }
}

describe('we, with a recorded peer that serves', () => {
  it.each(['b downloads two blocks', 'a sends ping 00', 'eleven blocks'])('%s', async (title) => {
    const recorded = session(title)
    const { core, feed, peer, received } = await fetching(recorded, ['ping'])
    const download = feed.download()
    const frames = framesOf(recorded, 'a')
    const responses = frames.filter((frame) => payload(frame)[0] === RESPONSE)
    for (const frame of frames) if (!responses.includes(frame)) peer.bytes(frame)
    // It answers each request with the very bytes of the recording.
    let answered = 0
    await until(() => {
      for (; answered < peer.requested.length; answered++) {
        const block = peer.requested[answered]
        const response = responses.find((frame) => (decodeMessage(payload(frame)) as { block?: number }).block === block)
        peer.bytes(response as Uint8Array)
      }
      return feed.complete
    })
    await download.done
    expect(peer.remote).toMatchObject({ protocol: 'hypercore' })
    expect(hex((peer.messages[0] as { id?: Uint8Array }).id)).toBe(recorded.feed)
    // After the Join: the bitfield of a feed of which nothing is here, and Unpause, as in the recording.
    expect(peer.messages.slice(0, 3).map((message) => hex(encodeMessage(message)))).toEqual(
      framesOf(recorded, 'b').slice(1, 4).map(hex)
    )
    const blocks: string[] = []
    for await (const block of feed.read()) blocks.push(utf8(block))
    expect(blocks).toEqual(recorded.blocksUtf8)
    // Each block was asked for once, and told of once.
    expect([...peer.requested].sort((a, b) => a - b)).toEqual(blocks.map((_, i) => i))
    await until(() => peer.of(HAVE).flatMap((have) => have.blocks).length === blocks.length)
    expect(peer.of(CANCEL)).toEqual([])
    if (title.includes('ping')) expect(received).toEqual(['ping 00'])
    expect(peer.ended).toBe(false)
    await core.close()
  })
})

describe('we, with a recorded peer that fetches', () => {
  it.each(['b downloads two blocks', 'a sends ping 00', 'eleven blocks'])('%s', async (title) => {
    const recorded = session(title)
    const { core, id } = await coreWith(recorded.blocksUtf8, {
      id: unhex(recorded.peerIdA),
      extensions: title.includes('ping') ? ['snakes', 'ping'] : []
    })
    expect(hex(id)).toBe(recorded.feed)
    const peer = new ScriptedPeer(core, { handshake: false })
    for (const frame of framesOf(recorded, 'b')) peer.bytes(frame)
    if (title.includes('ping')) {
      expect(peer.stream.supports('ping')).toBe(true)
      expect(peer.stream.supports('snakes')).toBe(false)
      expect(peer.stream.send('ping', Uint8Array.of(0))).toBe(true)
      expect(peer.stream.send('snakes', 'x')).toBe(false)
    }
    await peer.expect(RESPONSE, recorded.blocksUtf8.length)
    const ours = (peer.messages as Parameters<typeof encodeMessage>[0][]).map((message) => hex(encodeMessage(message)))
    const theirs = framesOf(recorded, 'a')
      .slice(1)
      .filter((frame) => (payload(frame)[0] as number) < FIRST_EXTENSION)
      .map(hex)
    // Join, Have, Unpause in this order; the answers in the order of the questions.
    expect(ours.slice(0, 3)).toEqual(theirs.slice(0, 3))
    expect(ours.slice().sort()).toEqual(theirs.slice().sort())
    if (title.includes('ping')) {
      await until(() => peer.extensions.length === 1)
      expect(peer.extensions).toEqual([{ index: 0, payload: Uint8Array.of(0) }])
    }
    expect(peer.ended).toBe(false)
    await core.close()
  })

  it('b does not know the feed: it joins in answer and sends no Have', async () => {
    const recorded = session('b does not know')
    const { core, id } = await coreWith(recorded.blocksUtf8)
    const peer = new ScriptedPeer(core, { handshake: false })
    for (const frame of framesOf(recorded, 'b')) peer.bytes(frame)
    await peer.expect(UNPAUSE)
    expect(peer.messages.map(({ type }) => type)).toEqual([JOIN, HAVE, UNPAUSE])
    expect(peer.of(REQUEST)).toEqual([])
    expect(core.get(id).peers).toBe(1)
    await core.close()
  })
})
