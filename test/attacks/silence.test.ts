import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { KEEP_ALIVE } from '../../packages/core/src/wire/encode.ts'
import { CANCEL, LEAVE, REQUEST, RESPONSE } from '../../packages/core/src/wire/messages.ts'
import { coreWith, seededBlocks } from '../../packages/core/test/content.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { connect } from '../../packages/core/test/pipe.ts'
import { SimulatedClock } from '../../packages/core/test/simulated-clock.ts'
import { turn } from '../../packages/core/test/until.ts'
import { scene } from './bystander.ts'
import { ScriptedPeer } from './scripted-peer.ts'

const tree = new GrownTree(seededBlocks(40))
const everything = new Uint8Array(5).fill(255)

async function wanting(options: Partial<Parameters<typeof createCore>[0]> = {}) {
  const clock = new SimulatedClock()
  const core = createCore({ storage: memoryStorage(), clock, requestTimeout: 1000, ...options })
  const feed = core.get(tree.id)
  await feed.open()
  return { clock, core, feed }
}

describe('a silent peer', () => {
  it('that never sends a handshake is given up; the others go on', async () => {
    const clock = new SimulatedClock()
    const current = await scene({ clock, handshakeTimeout: 500, keepAlive: 400 })
    const peer = new ScriptedPeer(current.core, { handshake: false })
    await clock.advance(501)
    expect(peer.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    await current.finish()
  })

  it('that sends its handshake a byte at a time is given up as well', async () => {
    const { clock, core } = await wanting({ handshakeTimeout: 500 })
    const peer = new ScriptedPeer(core, { handshake: false })
    peer.bytes(Uint8Array.of(45))
    for (let i = 0; i < 5; i++) {
      await clock.advance(101)
      peer.bytes(Uint8Array.of(10))
    }
    expect(peer.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    await core.close()
  })

  it('has its blocks asked of others, and is given up after three in a row', async () => {
    const { clock, core, feed } = await wanting()
    const [silent, good] = [new ScriptedPeer(core), new ScriptedPeer(core)]
    silent.offer(tree.id, everything)
    const got = [1, 2, 3].map((block) => feed.get(block))
    await silent.expect(REQUEST, 3)
    good.offer(tree.id, everything)
    await clock.advance(1001)
    expect(silent.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    expect([...good.requested].sort()).toEqual([1, 2, 3])
    for (const block of good.requested) good.send({ type: RESPONSE, channel: 0, ...tree.claim(block) })
    expect(await Promise.all(got)).toEqual(tree.blocks.slice(1, 4))
    await core.close()
  })

  it('that answers now and then is kept: three in a row means in a row', async () => {
    const { clock, core, feed } = await wanting()
    const peer = new ScriptedPeer(core)
    peer.offer(tree.id, everything)
    void feed.get(5).catch(() => {})
    await peer.expect(REQUEST)
    for (let round = 0; round < 3; round++) {
      await clock.advance(1001)
      const waiting = feed.get(20 + round)
      await peer.expect(REQUEST)
      await turn()
      peer.send({ type: RESPONSE, channel: 0, ...tree.claim(20 + round) })
      expect(await waiting).toEqual(tree.blocks[20 + round])
    }
    expect(peer.ended).toBe(false)
    // All those late answers to one block may still come.
    const asked = peer.requested.filter((block) => block === 5).length
    expect(asked).toBeGreaterThan(2)
    for (let i = 0; i < asked; i++) peer.send({ type: RESPONSE, channel: 0, ...tree.claim(5) })
    await turn()
    expect(peer.ended).toBe(false)
    expect(feed.has(5)).toBe(true)
    peer.send({ type: RESPONSE, channel: 0, ...tree.claim(5) })
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('that trickles a large block is not given up while bytes come, and is in the end', async () => {
    const { clock, core, feed } = await wanting()
    const peer = new ScriptedPeer(core)
    peer.offer(tree.id, everything)
    void feed.get(5).catch(() => {})
    await peer.expect(REQUEST)
    peer.bytes(Uint8Array.of(0x80, 0x80, 0x80, 2))
    for (let i = 0; i < 9; i++) {
      await clock.advance(900)
      peer.bytes(new Uint8Array(16 * 1024))
      expect(peer.of(CANCEL)).toEqual([])
    }
    for (let i = 0; i < 30; i++) {
      await clock.advance(900)
      if (!peer.ended) peer.bytes(new Uint8Array(16 * 1024))
    }
    expect(peer.of(CANCEL).length).toBeGreaterThan(0)
    await core.close()
  })

  it('of version 1 is given up when it does not even send keep-alives; one of version 0 is not', async () => {
    const { clock, core } = await wanting({ keepAlive: 20_000, idleTimeout: 60_000 })
    const [old, silent, living] = [0, 1, 1].map(
      (version) => new ScriptedPeer(core, { version, nonce: new Uint8Array(32).fill(version + 3) })
    )
    for (let minute = 0; minute < 4; minute++) {
      await clock.advance(30_000)
      living?.bytes(KEEP_ALIVE)
    }
    expect([old?.ended, silent?.ended, living?.ended]).toEqual([false, true, false])
    expect(silent?.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    // Idle links get a keep-alive each 20 seconds.
    expect(old?.keepAlives).toBeGreaterThanOrEqual(5)
    expect(old?.keepAlives).toBeLessThanOrEqual(6)
    await core.close()
  })

  it('keep-alives hold an idle link between two of ours for hours', async () => {
    const clock = new SimulatedClock()
    const a = await coreWith(tree.blocks, { clock })
    const b = createCore({ storage: memoryStorage(), clock })
    const feed = b.get(a.id)
    const link = connect(a.core, b)
    expect(await feed.get(1)).toEqual(tree.blocks[1])
    await clock.advance(2 * 3_600_000)
    expect(link.streams.map((stream) => stream.session.ended)).toEqual([false, false])
    expect(await feed.get(2)).toEqual(tree.blocks[2])
    await Promise.all([a.core.close(), b.close()])
    await turn()
    expect(clock.timers).toBe(0)
  })

  it('can be waited for without end, when the caller says so', async () => {
    const { clock, core, feed } = await wanting({
      requestTimeout: Infinity,
      keepAlive: Infinity,
      idleTimeout: Infinity
    })
    const peer = new ScriptedPeer(core)
    peer.offer(tree.id, everything)
    const got = feed.get(5, { timeout: Infinity })
    await peer.expect(REQUEST)
    expect(clock.timers).toBe(0)
    await clock.advance(1e9)
    peer.send({ type: RESPONSE, channel: 0, ...tree.claim(5) })
    expect(await got).toEqual(tree.blocks[5])
    await core.close()
  })

  it('does not hold a core up that closes, nor leaves anything behind', async () => {
    const { clock, core, feed } = await wanting()
    const peer = new ScriptedPeer(core, { reading: false })
    peer.offer(tree.id, everything)
    const got = feed.get(5)
    await turn()
    await core.close()
    await expect(got).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(clock.timers).toBe(0)
    expect(peer.ended).toBe(true)
    expect(peer.of(LEAVE)).toEqual([])
  })
})
