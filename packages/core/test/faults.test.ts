// The ten faults of the original (PROTOCOL.md section 5), each of which must not come back.
import { createCore, MAX_BLOCK_BYTES } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { ScriptedPeer } from '../../../test/attacks/scripted-peer.ts'
import { sha256 } from '../src/platform/node.ts'
import { fullRoots } from '../src/tree/flat-tree.ts'
import { CANCEL, HAVE, JOIN, PRIVATE_JOIN, REQUEST, RESPONSE } from '../src/wire/messages.ts'
import { coreWith, hex, seededBlocks, utf8 } from './content.ts'
import { FaultyStorage } from './faulty-storage.ts'
import { GrownTree } from './grown-tree.ts'
import { connect } from './pipe.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { turn, until } from './until.ts'

const tree = new GrownTree(seededBlocks(16))
const all = Uint8Array.of(255, 255)

const answer = (peer: ScriptedPeer, block: number) => peer.send({ type: RESPONSE, channel: 0, ...tree.claim(block) })

it('fault 1: what a peer asks for is not downloaded for it', async () => {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  await feed.open()
  const asking = new ScriptedPeer(core)
  asking.offer(tree.id, Uint8Array.of(0))
  asking.send({ type: REQUEST, channel: 0, block: 3 }, { type: REQUEST, channel: 0, block: 2 ** 52 })
  const having = new ScriptedPeer(core)
  having.offer(tree.id, all)
  await turn()
  expect(having.requested).toEqual([])
  expect(asking.of(RESPONSE)).toEqual([])
  // And when it comes for another reason, nobody is sent what was asked for before it was there.
  const got = feed.get(3)
  await having.expect(REQUEST)
  answer(having, 3)
  await got
  await turn()
  expect(having.requested).toEqual([3])
  expect(asking.of(RESPONSE)).toEqual([])
  expect(asking.of(HAVE).at(-1)?.blocks).toEqual([3])
  await core.close()
})

it('fault 2: when a peer leaves it is that one that is removed, and no other', async () => {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  await feed.open()
  const peers = [0, 1, 2].map(() => new ScriptedPeer(core))
  for (const peer of peers) peer.offer(tree.id, Uint8Array.of(0))
  await turn()
  expect(feed.peers).toBe(3)
  peers[1]?.stream.destroy()
  expect(feed.peers).toBe(2)
  expect(core.peers).toEqual([peers[0]?.stream, peers[2]?.stream])
  for (const peer of peers) if (!peer.ended) peer.send({ type: HAVE, channel: 0, blocks: [4], bitfield: undefined })
  const got = feed.get(4)
  await turn()
  expect(peers.map((peer) => peer.requested)).toEqual([[4], [], []])
  peers[0]?.stream.destroy()
  await peers[2]?.expect(REQUEST)
  answer(peers[2] as ScriptedPeer, 4)
  expect(await got).toEqual(tree.blocks[4])
  await core.close()
})

it('fault 3: a block whose answer was wrong is asked of another peer', async () => {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  await feed.open()
  const [liar, honest] = [new ScriptedPeer(core), new ScriptedPeer(core)]
  liar.offer(tree.id, all)
  honest.offer(tree.id, all)
  const got = feed.get(5)
  await liar.expect(REQUEST)
  liar.send({ type: RESPONSE, channel: 0, ...tree.claim(5), data: Uint8Array.of(1, 2, 3) })
  expect(await liar.over()).toMatchObject({ code: 'ERR_VERIFICATION' })
  await honest.expect(REQUEST)
  answer(honest, 5)
  expect(await got).toEqual(tree.blocks[5])
  expect(feed.held).toBe(1)
  await core.close()
})

describe('fault 4: deadlines', () => {
  it('fault 4: a request without an answer times out, is cancelled, and goes to another peer', async () => {
    const clock = new SimulatedClock()
    const core = createCore({ storage: memoryStorage(), clock, requestTimeout: 1000 })
    const feed = core.get(tree.id)
    await feed.open()
    const [silent, other] = [new ScriptedPeer(core), new ScriptedPeer(core)]
    silent.offer(tree.id, all)
    const got = feed.get(7)
    await silent.expect(REQUEST)
    other.offer(tree.id, all)
    await clock.advance(999)
    expect(other.requested).toEqual([])
    await clock.advance(2)
    expect(silent.of(CANCEL)).toMatchObject([{ block: 7 }])
    expect(other.requested).toEqual([7])
    answer(other, 7)
    expect(await got).toEqual(tree.blocks[7])
    // The late answer is no offence.
    answer(silent, 7)
    await turn()
    expect(silent.ended).toBe(false)
    await core.close()
  })

  it('fault 4: a Cancel is heeded', async () => {
    const { core, id } = await coreWith(Array.from({ length: 40 }, () => new Uint8Array(400_000)))
    const peer = new ScriptedPeer(core, { reading: false })
    peer.join(id)
    await turn()
    for (let block = 0; block < 40; block++) peer.send({ type: REQUEST, channel: 0, block })
    for (let block = 20; block < 40; block++) peer.send({ type: CANCEL, channel: 0, block })
    peer.read()
    await peer.expect(RESPONSE, 20)
    await turn(30)
    expect(peer.of(RESPONSE).map(({ block }) => block)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    await core.close()
  })

  it('fault 4: a handshake that never comes ends the stream', async () => {
    const clock = new SimulatedClock()
    const core = createCore({ storage: memoryStorage(), clock })
    const peer = new ScriptedPeer(core, { handshake: false })
    await clock.advance(9_999)
    expect(peer.ended).toBe(false)
    await clock.advance(2)
    expect(peer.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    expect(clock.timers).toBe(0)
    await core.close()
  })
})

it('fault 5: numbers beyond 2^53 - 1 are refused, and large ones alias nothing', async () => {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  const download = feed.download()
  await feed.open()
  const endless = new ScriptedPeer(core)
  endless.join(tree.id)
  // A Have whose block is 2^63: the original reads Infinity.
  endless.frame(Uint8Array.of(HAVE, 0x08, 0, 0x10, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1))
  expect(await endless.over()).toMatchObject({ code: 'ERR_PROTOCOL' })

  const aliasing = new ScriptedPeer(core)
  aliasing.offer(tree.id, Uint8Array.of(0))
  aliasing.send({ type: HAVE, channel: 0, blocks: [2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 53 - 1], bitfield: undefined })
  await turn()
  expect(aliasing.requested).toEqual([])
  for (const index of [2 ** 53 - 1, 2 ** 33 - 1, 2 ** 52]) {
    const peer = new ScriptedPeer(core)
    peer.offer(tree.id, all)
    const [request] = await peer.expect(REQUEST)
    const { block } = request as unknown as { block: number }
    peer.send({ type: RESPONSE, channel: 0, ...tree.claim(block), proof: [{ index, hash: new Uint8Array(32) }] })
    expect(await peer.over()).toMatchObject({ code: 'ERR_VERIFICATION' })
  }
  expect(fullRoots(2 ** 52).length).toBe(1)
  expect(download.downloaded).toBe(0)
  await core.close()
})

it('fault 6: a failed read on open is an error, and nothing is overwritten', async () => {
  const inner = memoryStorage()
  const storage = new FaultyStorage({ ...bound(inner), close: async () => {} })
  const first = createCore({ storage })
  const feed = first.get(tree.id)
  const source = await coreWith([...tree.blocks])
  const link = connect(first, source.core)
  expect(await feed.get(3)).toEqual(tree.blocks[3])
  link.cut()
  await first.close()
  expect(storage.commits.length).toBeGreaterThan(0)
  const commits = storage.commits.length

  for (const call of ['findFeed', 'getHave', 'getNodes'] as const) {
    const core = createCore({ storage })
    storage.failing.add(call)
    const again = core.get(tree.id)
    await expect(again.open()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await expect(again.get(3)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.delete(call)
    const relink = connect(core, source.core)
    await turn()
    expect(storage.commits.length).toBe(commits)
    relink.cut()
    await core.close()
  }
  const last = createCore({ storage })
  const whole = last.get(tree.id)
  await whole.open()
  expect([whole.held, whole.has(3), whole.has(2)]).toEqual([1, true, false])
  await last.close()
  await source.core.close()
})

describe('fault 7: a failed append', () => {
  it('fault 7: leaves the right tree: the feed gets the id of what is stored', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    await feed.append(tree.blocks.slice(0, 5))
    storage.failing.add('commit')
    await expect(feed.append(['lost', 'lost too'])).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.clear()
    expect(feed.blocks).toBe(5)
    await feed.append(tree.blocks.slice(5))
    expect(hex(await feed.finalize())).toBe(hex(tree.id))
    await core.close()
  })

  it('fault 7: takes those that were queued behind it down, and none after', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    await feed.append('0')
    let open = () => {}
    storage.gate = new Promise((resolve) => {
      open = resolve
    })
    const results = [feed.append('a')]
    await turn()
    results.push(feed.append('b'), feed.append('c'))
    storage.failing.add('commit')
    open()
    expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected'
    ])
    storage.failing.clear()
    await feed.append('1')
    expect([feed.blocks, utf8(await feed.get(1))]).toEqual([2, '1'])
    expect(hex(await feed.finalize())).toBe(hex(new GrownTree([Buffer.from('0'), Buffer.from('1')]).id))
    await core.close()
  })

  it('fault 7: a failed finalize can be made again', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    await feed.append(tree.blocks)
    storage.failing.add('commit')
    await expect(feed.finalize()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    expect(feed.id).toBe(null)
    storage.failing.clear()
    expect(hex(await feed.finalize())).toBe(hex(tree.id))
    expect(feed.complete).toBe(true)
    await core.close()
  })

  it('fault 7: blocks over the limit are refused before anything is written, with the limit in the message', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    const large = new Uint8Array(MAX_BLOCK_BYTES + 1)
    await expect(feed.append(['x', large])).rejects.toMatchObject({ code: 'ERR_BLOCK_TOO_LARGE' })
    await expect(feed.append(large)).rejects.toThrow(String(MAX_BLOCK_BYTES))
    await expect(feed.append('é'.repeat(MAX_BLOCK_BYTES / 2 + 1))).rejects.toMatchObject({
      code: 'ERR_BLOCK_TOO_LARGE'
    })
    expect(feed.blocks).toBe(0)
    await feed.append(large.subarray(1))
    expect(feed.blocks).toBe(1)
    await core.close()
  })
})

it('fault 8: who connects learns no feed id', async () => {
  const { core, id } = await coreWith(['secret'])
  const wanted = sha256(Uint8Array.of(1))
  const feed = core.get(wanted)
  await feed.open()
  void feed.get(0).catch(() => {})
  for (const version of [0, 1]) {
    const spy = new ScriptedPeer(core, { version })
    await turn()
    expect(spy.of(JOIN)).toEqual([])
    const sent = hex(Buffer.concat(spy.raw))
    for (const known of [id, wanted]) expect(sent).not.toContain(hex(known))
    expect(spy.of(PRIVATE_JOIN)).toHaveLength(version)
  }
  await core.close()
})

it('fault 9: an unfinished feed is found again', async () => {
  const inner = memoryStorage()
  const storage = { ...bound(inner), close: async () => {} }
  const first = createCore({ storage })
  const feed = first.add()
  await feed.append(tree.blocks.slice(0, 9))
  const { key } = feed
  // No close, no finalize: the process is gone.
  const second = createCore({ storage })
  const records = []
  for await (const record of second.unfinished()) records.push(record)
  expect(records).toMatchObject([{ key, blocks: 9, complete: false, id: undefined }])
  const resumed = second.resume(records[0]?.key as Uint8Array)
  await resumed.open()
  expect(resumed.blocks).toBe(9)
  await resumed.append(tree.blocks.slice(9))
  expect(hex(await resumed.finalize())).toBe(hex(tree.id))
  await second.close()
})

describe('fault 10: no event costs a scan of the feed', () => {
  /** The work of a whole replication of `count` blocks. */
  async function work(count: number) {
    let hashes = 0
    const counting: typeof sha256 = (...parts) => {
      hashes++
      return sha256(...parts)
    }
    const source = await coreWith(seededBlocks(count))
    const storage = new FaultyStorage()
    const core = createCore({ storage, sha256: counting })
    const feed = core.get(source.id)
    const link = connect(core, source.core)
    await feed.download().done
    const told = link.bytes[0]
    link.cut()
    const { calls } = storage
    const nodes = storage.commits.reduce((sum, { nodes = [] }) => sum + nodes.length, 0)
    const pages = storage.commits.reduce((sum, { have = [] }) => sum + have.length, 0)
    await Promise.all([core.close(), source.core.close()])
    return { hashes, reads: calls.getNodes + calls.getBlock + calls.getHave, nodes, pages, commits: calls.commit, told }
  }

  it('fault 10: twice the blocks take twice the hashes, nodes, pages, reads and bytes', async () => {
    const [small, large] = [await work(2000), await work(4000)]
    expect(small.hashes).toBeLessThan(2000 * 2.2)
    expect(large.hashes).toBeLessThan(4000 * 2.2)
    expect(large.nodes).toBeLessThan(small.nodes * 2.3)
    expect(large.reads).toBeLessThan(4000)
    expect(small.reads).toBeLessThan(2000)
    // One page holds 8,192 blocks: a commit writes at most the page that it changes.
    expect(large.pages).toBeLessThanOrEqual(large.commits)
    // A request and a Have for each block.
    expect(large.told).toBeLessThan(4000 * 16)
  })

  it('fault 10: appending reads nothing back, and hashes each node once', async () => {
    const storage = new FaultyStorage()
    let hashes = 0
    const core = createCore({
      storage,
      sha256: (...parts) => {
        hashes++
        return sha256(...parts)
      }
    })
    const feed = core.add()
    for (const block of seededBlocks(1000)) await feed.append(block)
    expect(storage.calls.getBlock + storage.calls.getNodes).toBeLessThanOrEqual(1)
    expect(hashes).toBeLessThanOrEqual(2000)
    await until(() => feed.blocks === 1000)
    await core.close()
  })
})

/** A store as a plain object, so that some of it can be replaced. */
function bound(storage: ReturnType<typeof memoryStorage>) {
  return {
    supports: storage.supports,
    open: () => storage.open(),
    feeds: (options?: { readonly signal?: AbortSignal }) => storage.feeds(options),
    openFeed: (key: Uint8Array) => storage.openFeed(key),
    findFeed: (id: Uint8Array) => storage.findFeed(id),
    createFeed: (key: Uint8Array) => storage.createFeed(key),
    deleteFeed: (key: Uint8Array) => storage.deleteFeed(key),
    close: () => storage.close()
  }
}
