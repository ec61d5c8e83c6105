import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { HAVE, JOIN, LEAVE, REQUEST, RESPONSE, UNPAUSE } from '../../packages/core/src/wire/messages.ts'
import { coreWith, seededBlocks } from '../../packages/core/test/content.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { turn } from '../../packages/core/test/until.ts'
import { scene } from './bystander.ts'
import { ScriptedPeer } from './scripted-peer.ts'

const MIB = 1024 * 1024
const tree = new GrownTree(seededBlocks(8))

function megabytes(): number {
  global.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / MIB
}

describe('floods', () => {
  it('of bitfields take a bounded memory: then the stream ends', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    const bitfield = new Uint8Array(4 * MIB).fill(0x55)
    const id = new Uint8Array(32)
    const before = megabytes()
    for (let channel = 0; channel < 100 && !peer.ended; channel++) {
      id[0] = channel
      peer.join(id, channel)
      peer.send({ type: HAVE, channel, blocks: [], bitfield })
    }
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(megabytes() - before).toBeLessThan(150)
    await current.finish()
  })

  it('of bitfields on one channel replace each other, and leaving gives the memory back', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    const bitfield = new Uint8Array(4 * MIB).fill(0x55)
    for (let round = 0; round < 40; round++) {
      peer.join(current.id)
      peer.send({ type: HAVE, channel: 0, blocks: [], bitfield }, { type: HAVE, channel: 0, blocks: [], bitfield })
      peer.send({ type: LEAVE, channel: 0 })
    }
    await turn()
    expect(peer.ended).toBe(false)
    await current.finish()
  })

  it('of Haves far and wide take a bounded memory, whether the feed is known or not', async () => {
    for (const known of [true, false]) {
      const current = await scene()
      const feed = current.core.get(tree.id)
      await feed.open()
      const peer = new ScriptedPeer(current.core)
      peer.join(known ? tree.id : new Uint8Array(32))
      const before = megabytes()
      for (let round = 0; round < 8 && !peer.ended; round++) {
        const blocks = Array.from({ length: 65_536 }, (_, i) => ((i * 8 + round) * 8192 + i) % 2 ** 32)
        peer.send({ type: HAVE, channel: 0, blocks, bitfield: undefined })
      }
      if (known) expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
      expect(megabytes() - before).toBeLessThan(200)
      await current.finish()
    }
  })

  it('of Haves for what a known feed does not have are not even noted', async () => {
    const current = await scene()
    const peer = new ScriptedPeer(current.core)
    peer.join(current.id)
    for (let round = 0; round < 50; round++) {
      const blocks = Array.from({ length: 10_000 }, (_, i) => 300 + (((i * 8 + round) * 8192) % 2 ** 32))
      peer.send({ type: HAVE, channel: 0, blocks, bitfield: undefined })
    }
    expect(peer.ended).toBe(false)
    await current.finish()
  })

  it('of single far Haves and resets are cheap: no work per page that lies between', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.get(tree.id)
    void feed.download()
    await feed.open()
    const peer = new ScriptedPeer(core)
    peer.join(tree.id)
    for (let round = 0; round < 20_000; round++) {
      peer.send({ type: HAVE, channel: 0, blocks: [2 ** 32 - 1], bitfield: new Uint8Array(1) })
    }
    expect(peer.ended).toBe(false)
    await core.close()
  })

  it('of requests: a peer that asks and does not read costs a stated amount, and is served when it reads', async () => {
    // PeerLink: no block is read while 1 MiB waits; Uploader: and up to 4 blocks are read at a time.
    const size = 64 * 1024
    const { core, id } = await coreWith(Array.from({ length: 1000 }, (_, i) => new Uint8Array(size).fill(i)))
    const peer = new ScriptedPeer(core, { reading: false })
    peer.join(id)
    for (let block = 0; block < 1000; block++) peer.send({ type: REQUEST, channel: 0, block })
    await turn(50)
    const { outbox } = peer.stream.session
    expect(outbox.bytes).toBeLessThan(MIB + 4 * (size + 1024))
    expect(outbox.bytes).toBeGreaterThan(size)
    peer.read()
    await peer.expect(RESPONSE, 1000)
    expect(new Set(peer.of(RESPONSE).map(({ block }) => block)).size).toBe(1000)
    await core.close()
  })

  it('of requests for long blocks behind short ones cost no more than four of the long ones', async () => {
    const size = 2 * MIB
    const lengths = [...new Array<number>(200).fill(100), ...new Array<number>(20).fill(size)]
    const { core, id } = await coreWith(lengths.map((length, i) => new Uint8Array(length).fill(i)))
    const peer = new ScriptedPeer(core, { reading: false })
    peer.join(id)
    for (let block = 0; block < lengths.length; block++) peer.send({ type: REQUEST, channel: 0, block })
    await turn(50)
    const { outbox } = peer.stream.session
    expect(outbox.bytes).toBeGreaterThan(size)
    expect(outbox.bytes).toBeLessThan(MIB + 4 * (size + 1024))
    peer.read()
    await peer.expect(RESPONSE, lengths.length)
    await core.close()
  })

  it('of the same request, and of too many', async () => {
    const { core, id } = await coreWith(seededBlocks(10_000))
    const peer = new ScriptedPeer(core, { reading: false })
    peer.join(id)
    for (let i = 0; i < 20_000; i++) peer.send({ type: REQUEST, channel: 0, block: 1 })
    await turn()
    expect(peer.ended).toBe(false)
    const greedy = new ScriptedPeer(core, { reading: false })
    greedy.join(id)
    for (let block = 0; block < 10_000; block++) greedy.send({ type: REQUEST, channel: 0, block })
    expect(await greedy.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('of joins and leaves, of pauses and unpauses', async () => {
    const current = await scene()
    const wanted = current.core.get(tree.id)
    await wanted.open()
    void wanted.get(3).catch(() => {})
    const peer = new ScriptedPeer(current.core)
    for (let round = 0; round < 3000; round++) {
      peer.offer(tree.id, Uint8Array.of(255))
      peer.send({ type: 3, channel: 0 }, { type: UNPAUSE, channel: 0 }, { type: LEAVE, channel: 0 })
    }
    await turn()
    expect(peer.ended).toBe(false)
    expect(wanted.peers).toBe(0)
    expect(peer.of(JOIN)).toHaveLength(3000)
    await current.finish()
  })

  it('of announcements to a peer that does not read: one bitfield in the end', async () => {
    const { core: source, id } = await coreWith(seededBlocks(20_000))
    const core = createCore({ storage: memoryStorage() })
    const feed = core.get(id)
    const slow = new ScriptedPeer(core, { reading: false })
    await feed.open()
    slow.offer(id, Uint8Array.of(0))
    const { connect } = await import('../../packages/core/test/pipe.ts')
    connect(core, source)
    await feed.download().done
    expect(slow.stream.session.outbox.bytes).toBeLessThan(512 * 1024)
    slow.read()
    await turn(50)
    const last = slow.of(HAVE).at(-1)
    const told = new Set(slow.of(HAVE).flatMap(({ blocks }) => blocks))
    const bits = last?.bitfield?.reduce((sum, byte) => sum + (byte.toString(2).match(/1/g)?.length ?? 0), 0) ?? 0
    expect(told.size === 20_000 || bits === 20_000 || told.size + bits >= 20_000).toBe(true)
    await Promise.all([core.close(), source.close()])
  })
})
