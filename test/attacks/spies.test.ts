import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../packages/core/src/platform/node.ts'
import { joinProof, topicOf } from '../../packages/core/src/session/join-proof.ts'
import { HAVE, JOIN, PRIVATE_JOIN, REQUEST, RESPONSE, UNPAUSE } from '../../packages/core/src/wire/messages.ts'
import { hex, seededBlocks } from '../../packages/core/test/content.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { turn, until } from '../../packages/core/test/until.ts'
import { scene } from './bystander.ts'
import { ScriptedPeer } from './scripted-peer.ts'

const wanted = new GrownTree(seededBlocks(5, 'wanted'))

/** A scene in which the core also wants a feed that it does not have. */
async function watched() {
  const current = await scene()
  const feed = current.core.get(wanted.id)
  await feed.open()
  const got = feed.get(0)
  got.catch(() => {})
  return { ...current, feed, got }
}

describe('a spy', () => {
  it.each([0, 1])('that knows nothing learns no id and gets no block (version %i)', async (version) => {
    const { core, id, blocks, finish } = await watched()
    const spy = new ScriptedPeer(core, { version })
    // It tries everything that comes to mind.
    spy.join(new Uint8Array(32), 0)
    spy.send({ type: REQUEST, channel: 0, block: 0 }, { type: UNPAUSE, channel: 0 })
    spy.send({ type: HAVE, channel: 0, blocks: [0, 1, 2], bitfield: undefined })
    await turn()
    expect(spy.of(JOIN)).toEqual([])
    expect(spy.of(RESPONSE)).toEqual([])
    expect(spy.of(REQUEST)).toEqual([])
    const sent = hex(Buffer.concat(spy.raw))
    for (const secret of [id, wanted.id, topicOf(sha256, id), topicOf(sha256, wanted.id)]) {
      expect(sent).not.toContain(hex(secret))
    }
    expect(sent).not.toContain(hex(blocks[200]))
    expect(spy.ended).toBe(false)
    await finish()
  })

  it('that knows the topic alone learns no more, and gets no block', async () => {
    const { core, id, finish } = await watched()
    const topic = topicOf(sha256, id)
    const spy = new ScriptedPeer(core, { version: 1 })
    await until(() => spy.remote !== undefined)
    const verifier = spy.remote?.nonce as Uint8Array
    const prefix = topic.subarray(0, 2)
    const guesses = [
      joinProof(sha256, topic, [spy.nonce, verifier]),
      joinProof(sha256, topic, [verifier, spy.nonce]),
      topic,
      new Uint8Array(32)
    ]
    for (const [channel, proof] of guesses.entries()) spy.send({ type: PRIVATE_JOIN, channel, prefix, proof })
    spy.join(topic, guesses.length)
    for (let channel = 0; channel <= guesses.length; channel++) spy.send({ type: REQUEST, channel, block: 0 })
    await turn()
    expect(spy.of(RESPONSE)).toEqual([])
    expect(spy.of(UNPAUSE)).toEqual([])
    expect(spy.of(JOIN)).toEqual([])
    // The one private Join is of the feed that the core wants, in whose name nothing can be proven.
    expect(spy.of(PRIVATE_JOIN)).toHaveLength(1)
    expect(hex(spy.of(PRIVATE_JOIN)[0]?.prefix)).toBe(hex(topicOf(sha256, wanted.id).subarray(0, 2)))
    await finish()
  })

  it('that sends our own proof back to us proves nothing', async () => {
    const { core, feed, finish } = await watched()
    const spy = new ScriptedPeer(core, { version: 1 })
    const [theirs] = await spy.expect(PRIVATE_JOIN)
    spy.send({
      type: PRIVATE_JOIN,
      channel: 0,
      prefix: theirs?.prefix as Uint8Array,
      proof: theirs?.proof as Uint8Array
    })
    spy.send({ type: HAVE, channel: 0, blocks: [0], bitfield: undefined }, { type: UNPAUSE, channel: 0 })
    await turn()
    expect(spy.of(REQUEST)).toEqual([])
    expect(feed.peers).toBe(0)
    await finish()
  })

  it('that sends our own nonce back to us, on this stream or another, is cut off', async () => {
    const { core, finish } = await watched()
    const first = new ScriptedPeer(core, { version: 1, handshake: false })
    const second = new ScriptedPeer(core, { version: 1, handshake: false })
    await until(() => first.remote !== undefined && second.remote !== undefined)
    const nonce = first.remote?.nonce
    second.handshake({ nonce })
    expect(await second.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(second.messages).toEqual([])
    first.handshake({ nonce })
    expect(await first.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(first.messages).toEqual([])
    await finish()
  })

  it('that replays a proof from another stream proves nothing', async () => {
    const { core, id, finish } = await watched()
    const honest = new ScriptedPeer(core, { version: 1 })
    await until(() => honest.remote !== undefined)
    honest.privateJoin(id)
    await honest.expect(UNPAUSE)
    const proof = joinProof(sha256, id, [honest.nonce, honest.remote?.nonce as Uint8Array])
    const spy = new ScriptedPeer(core, { version: 1, nonce: honest.nonce })
    await turn()
    spy.send({ type: PRIVATE_JOIN, channel: 0, prefix: topicOf(sha256, id).subarray(0, 2), proof })
    spy.send({ type: REQUEST, channel: 0, block: 0 })
    await turn()
    expect(spy.of(RESPONSE)).toEqual([])
    expect(spy.of(UNPAUSE)).toEqual([])
    await finish()
  })

  it('in the middle cannot relay a proof where the connection has a binding', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    await feed.append('x')
    const id = (await feed.finalize()) as Uint8Array
    const stream = core.replicate({ channelBinding: Uint8Array.of(1) })
    expect(stream.session.remote).toBeUndefined()
    const unbound = joinProof(sha256, id, [id, id])
    const bound = joinProof(sha256, id, [id, id], Uint8Array.of(1))
    const elsewhere = joinProof(sha256, id, [id, id], Uint8Array.of(2))
    expect(new Set([unbound, bound, elsewhere].map(hex)).size).toBe(3)
    await core.close()
  })

  it('that speaks version 0 cannot use what version 1 adds', async () => {
    const { core, id, finish } = await watched()
    const spy = new ScriptedPeer(core)
    await until(() => spy.remote !== undefined)
    const verifier = spy.remote?.nonce as Uint8Array
    const proof = joinProof(sha256, id, [new Uint8Array(0), verifier])
    spy.send({ type: PRIVATE_JOIN, channel: 0, prefix: topicOf(sha256, id).subarray(0, 2), proof })
    await turn()
    expect(spy.messages).toEqual([])
    expect(spy.ended).toBe(false)
    await finish()
  })
})
