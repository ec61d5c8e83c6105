import { type Core, createCore, type Feed } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { ScriptedPeer } from '../../../test/attacks/scripted-peer.ts'
import { REQUEST, RESPONSE } from '../src/wire/messages.ts'
import { coreWith, hex, seededBlock, seededBlocks } from './content.ts'
import { FaultyStorage } from './faulty-storage.ts'
import { GrownTree } from './grown-tree.ts'
import { connect, type Link } from './pipe.ts'
import { turn, until } from './until.ts'

const tree = new GrownTree(Array.from({ length: 400 }, (_, i) => seededBlock('replication', i, (i * 7) % 300)))
const bytes = tree.blocks.reduce((sum, block) => sum + block.length, 0)

interface Peer {
  readonly core: Core
  readonly feed: Feed
  /** How often each block came from a peer. */
  readonly fetched: Map<number, number>
}

function peer(): Peer {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  const fetched = new Map<number, number>()
  feed.on('download', (block) => fetched.set(block, (fetched.get(block) ?? 0) + 1))
  return { core, feed, fetched }
}

async function collect(feed: Feed): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = []
  for await (const block of feed.read()) blocks.push(block)
  return blocks
}

const close = (...cores: Core[]) => Promise.all(cores.map((core) => core.close()))

describe('replication', () => {
  it('of two: each block comes once, and little else', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const uploads: number[] = []
    const origin = source.get(tree.id)
    origin.on('upload', (block) => uploads.push(block))
    const { core, feed, fetched } = peer()
    const link = connect(core, source)
    await feed.download().done
    expect(await collect(feed)).toEqual(tree.blocks)
    expect([...fetched.values()].every((count) => count === 1)).toBe(true)
    expect(uploads.sort((a, b) => a - b)).toEqual(tree.blocks.map((_, i) => i))
    expect(feed.byteLength).toBe(bytes)
    // Blocks, proofs of about nine nodes each, and no more.
    expect(link.bytes[1]).toBeLessThan(bytes + 400 * 14 * 40)
    expect(link.streams.map((stream) => stream.remoteVersion)).toEqual([1, 1])
    expect(link.streams[0].bytesReceived).toBe(link.bytes[1])
    await close(core, source)
  })

  it('tells that a block lies past the end by any block, and fetches no more than that one', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const { core, feed, fetched } = peer()
    connect(core, source)
    const past = Promise.all([feed.get(400), feed.get(1_000_000), feed.get(2 ** 40)])
    expect(await past).toEqual([null, null, null])
    expect(feed.blocks).toBe(400)
    expect(fetched.size).toBe(1)
    await close(core, source)
  })

  it('asks for nothing but the block itself where that tells the length', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const { core, feed, fetched } = peer()
    connect(core, source)
    expect(await feed.get(123)).toEqual(tree.blocks[123])
    expect([...fetched.keys()]).toEqual([123])
    await close(core, source)
  })

  it('of three in a line: the one in the middle passes on what it gets', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const [middle, end] = [peer(), peer()]
    connect(source, middle.core)
    connect(middle.core, end.core)
    await Promise.all([middle.feed.download().done, end.feed.download().done])
    expect(await collect(end.feed)).toEqual(tree.blocks)
    for (const { fetched } of [middle, end]) expect([...fetched.values()].every((count) => count === 1)).toBe(true)
    await close(source, middle.core, end.core)
  })

  it('of five in a mesh, of which one has it all', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const peers = [peer(), peer(), peer(), peer()]
    const cores = [source, ...peers.map(({ core }) => core)]
    for (const [i, a] of cores.entries()) for (const b of cores.slice(i + 1)) connect(a, b)
    await Promise.all(peers.map(({ feed }) => feed.download().done))
    for (const { feed, fetched } of peers) {
      expect(await collect(feed)).toEqual(tree.blocks)
      expect([...fetched.values()].every((count) => count === 1)).toBe(true)
    }
    await close(...cores)
  })

  it('of five that hold a part each', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const peers = [peer(), peer(), peer(), peer(), peer()]
    for (const [i, { core, feed }] of peers.entries()) {
      const link = connect(source, core)
      await feed.download({ start: i * 80, end: (i + 1) * 80 }).done
      link.cut()
    }
    await source.close()
    for (const [i, a] of peers.entries()) for (const b of peers.slice(i + 1)) connect(a.core, b.core)
    await Promise.all(peers.map(({ feed }) => feed.download().done))
    for (const { feed, fetched } of peers) {
      expect(await collect(feed)).toEqual(tree.blocks)
      expect([...fetched.values()].every((count) => count === 1)).toBe(true)
    }
    await close(...peers.map(({ core }) => core))
  })

  it('goes on with others when a peer is lost half-way: only what was in flight comes twice', async () => {
    const [a, b] = [await coreWith(tree.blocks), await coreWith(tree.blocks)]
    let sent = 0
    for (const { core } of [a, b]) core.get(tree.id).on('upload', () => sent++)
    const { core, feed } = peer()
    const lost = connect(core, a.core)
    connect(core, b.core)
    const download = feed.download()
    await until(() => feed.held > 50)
    lost.cut()
    await download.done
    expect(await collect(feed)).toEqual(tree.blocks)
    // The window is at most what had come so far.
    expect(sent).toBeLessThan(400 + 200)
    await close(core, a.core, b.core)
  })

  it('waits for a peer that is yet to come, and for one that has what the others have not', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const [partial, wanting] = [peer(), peer()]
    const first = connect(source, partial.core)
    await partial.feed.get(3)
    first.cut()
    await first.ends
    const download = wanting.feed.download()
    connect(wanting.core, partial.core)
    await until(() => wanting.feed.held === 1)
    await turn(20)
    expect(wanting.feed.held).toBe(1)
    connect(source, wanting.core)
    await download.done
    await close(source, partial.core, wanting.core)
  })

  it('learns the length from whoever has a block, when the first one asked is gone', async () => {
    const { core, feed } = peer()
    await feed.open()
    const download = feed.download()
    const [first, second] = [new ScriptedPeer(core), new ScriptedPeer(core)]
    first.offer(tree.id, Uint8Array.of(0b1000_0000))
    await first.expect(REQUEST)
    second.offer(tree.id, Uint8Array.of(0b0000_0011))
    await turn()
    // One block is enough to learn the length: the second is not asked yet.
    expect([first.requested, second.requested]).toEqual([[0], []])
    first.stream.destroy()
    await second.expect(REQUEST)
    expect(second.requested).toEqual([6])
    second.send({ type: RESPONSE, channel: 0, ...tree.claim(6) })
    await second.expect(REQUEST, 2)
    expect([second.requested, download.total]).toEqual([[6, 7], 400])
    await close(core)
  })

  it('shares one link between many feeds', async () => {
    const source = createCore({ storage: memoryStorage() })
    const core = createCore({ storage: memoryStorage() })
    const ids: Uint8Array[] = []
    for (let i = 0; i < 60; i++) {
      const feed = source.add()
      await feed.append(seededBlocks(30 + i, `feed ${i}`))
      ids.push((await feed.finalize()) as Uint8Array)
    }
    connect(source, core)
    const feeds = ids.map((id) => core.get(id))
    await Promise.all(feeds.map((feed) => feed.download().done))
    expect(feeds.every((feed) => feed.complete)).toBe(true)
    // Opened after the link was made, and closed and opened again.
    for (const feed of feeds) await feed.close()
    await turn()
    for (const id of ids.slice(0, 5)) expect(await core.delete(id)).toBe(true)
    for (const [i, id] of ids.slice(0, 5).entries()) {
      expect(await core.get(id).get(7, { timeout: 5000 })).toEqual(seededBlocks(8, `feed ${i}`)[7])
    }
    await close(source, core)
  })

  it('finds a feed again that the other side closed and opened', async () => {
    const source = createCore({ storage: memoryStorage() })
    const written = source.add()
    await written.append(tree.blocks)
    await written.finalize()
    const { core, feed } = peer()
    const link = connect(source, core)
    let handle: Feed = written
    for (let round = 0; round < 5; round++) {
      expect(await feed.get(round, { timeout: 10_000 })).toEqual(tree.blocks[round])
      await handle.close()
      await until(() => feed.peers === 0)
      const waiting = feed.get(round + 1)
      await turn()
      handle = source.get(tree.id)
      expect(await waiting).toEqual(tree.blocks[round + 1])
    }
    expect([feed.peers, handle.peers]).toEqual([1, 1])
    expect(link.streams[0].session.ended).toBe(false)
    await close(source, core)
  })

  it('carries extension messages, by name, whatever the lists', async () => {
    const a = createCore({ storage: memoryStorage(), extensions: ['z', 'both', 'a'] })
    const b = createCore({ storage: memoryStorage() })
    for (const name of ['both', 'other', 'yet another', 'z']) b.use(name)
    const link = connect(a, b)
    const [left, right] = link.streams
    const got: string[] = []
    right.on('message', (name, payload) => got.push(`${name}: ${Buffer.from(payload)}`))
    expect(left.send('both', 'too early')).toBe(false)
    await until(() => left.remoteId !== undefined && right.remoteId !== undefined)
    expect([
      left.send('both', 'x'),
      left.send('a', 'x'),
      left.send('z', Uint8Array.of(121)),
      left.send('none', 'x')
    ]).toEqual([true, false, true, false])
    await until(() => got.length === 2)
    expect(got).toEqual(['both: x', 'z: y'])
    expect(right.remoteExtensions).toEqual(['a', 'both', 'z'])
    expect(hex(left.remoteId)).toBe(hex(b.id))
    expect(() => b.use('late')).toThrow()
    expect(() => left.send('both', 5 as never)).toThrow(TypeError)
    expect(() => left.send('both', new Uint8Array(6 * 1024 * 1024))).toThrow(RangeError)
    await close(a, b)
  })

  it('ends cleanly when a core closes: what was sent arrives, and both sides end without an error', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const { core, feed } = peer()
    const link = connect(source, core)
    const ends: unknown[] = []
    for (const one of [source, core]) one.on('peer-end', (_, error) => ends.push(error))
    await feed.download().done
    await source.close()
    expect(await link.ends).toEqual([undefined, undefined])
    expect(ends).toEqual([undefined, undefined])
    expect([core.peers, feed.peers]).toEqual([[], 0])
    await core.close()
  })

  it('leaves nothing behind when streams come and go', async () => {
    const { core: source } = await coreWith(tree.blocks)
    const { core, feed } = peer()
    const download = feed.download()
    for (let i = 0; i < 30 && !feed.complete; i++) {
      const link: Link = connect(source, core)
      await turn(i % 5)
      link.cut()
      await link.ends
      expect([source.peers.length, core.peers.length, feed.peers]).toEqual([0, 0, 0])
    }
    connect(source, core)
    await download.done
    await close(source, core)
  })

  it('does not ask for more while the store is behind', async () => {
    const blocks = Array.from({ length: 120 }, (_, i) => new Uint8Array(512 * 1024).fill(i))
    const { core: source, id } = await coreWith(blocks)
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    let open = () => {}
    const feed = core.get(id)
    await feed.open()
    storage.gate = new Promise((resolve) => {
      open = resolve
    })
    const download = feed.download()
    const link = connect(source, core)
    let before = -1
    while (before !== link.bytes[0]) {
      before = link.bytes[0]
      await turn(30)
    }
    // 16 MiB wait to be stored, and what was in flight: 8 MiB at the most, and the first window of 16.
    expect(link.bytes[0]).toBeLessThan(34 * 1024 * 1024)
    open()
    storage.gate = Promise.resolve()
    await download.done
    await close(source, core)
  })
})
