import { createCore } from '@anyfeed/core'
import type { FeedStorage } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import {
  HAVE,
  PAUSE,
  RANGE_CANCEL,
  RANGE_REQUEST,
  RANGE_RESPONSE,
  type RangeRequest,
  type RangeResponse,
  UNPAUSE
} from '../../packages/core/src/wire/messages.ts'
import { coreWith, seededBlocks } from '../../packages/core/test/content.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { turn, until } from '../../packages/core/test/until.ts'
import { ScriptedPeer } from './scripted-peer.ts'

const MIB = 1024 * 1024
const tree = new GrownTree(seededBlocks(8))
const NOTHING = new Uint8Array(0)

/** A core that wants all of a feed of 8 blocks, and a peer of version 1 that has offered them and was asked. */
async function asked() {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  feed.on('error', () => {})
  void feed.download()
  await feed.open()
  const peer = new ScriptedPeer(core, { version: 1 })
  await until(() => peer.remote !== undefined)
  peer.privateJoin(tree.id)
  peer.send({ type: HAVE, channel: 0, blocks: [], bitfield: Uint8Array.of(255) }, { type: UNPAUSE, channel: 0 })
  const [request] = (await peer.expect(RANGE_REQUEST)) as [RangeRequest]
  return { core, feed, peer, request }
}

function hashes(...indexes: number[]): Uint8Array {
  return Uint8Array.from(indexes.flatMap((index) => [...(tree.nodes.get(index) as Uint8Array)]))
}

/** The honest answer to the request for the first block, which brings the roots. */
function honest({ id }: RangeRequest): RangeResponse {
  const roots = { blocks: 8, hashes: hashes(7) }
  const blocks = [tree.blocks[0] as Uint8Array]
  return { type: RANGE_RESPONSE, channel: 0, id, start: 0, blocks, proof: hashes(2, 5, 11), roots, last: true }
}

describe('an answer to a range request', () => {
  const lies: Array<[string, string, (answer: RangeResponse) => RangeResponse]> = [
    ['with another block', 'ERR_VERIFICATION', (a) => ({ ...a, blocks: [Uint8Array.of(1, 2, 3)] })],
    ['with a hash too few', 'ERR_VERIFICATION', (a) => ({ ...a, proof: hashes(2, 5) })],
    ['with a hash too many', 'ERR_VERIFICATION', (a) => ({ ...a, proof: hashes(2, 5, 11, 11) })],
    ['with a false hash', 'ERR_VERIFICATION', (a) => ({ ...a, proof: hashes(2, 5, 9) })],
    ['without the roots', 'ERR_VERIFICATION', (a) => ({ ...a, roots: undefined })],
    ['with false roots', 'ERR_VERIFICATION', (a) => ({ ...a, roots: { blocks: 8, hashes: hashes(3) } })],
    ['with another length', 'ERR_VERIFICATION', (a) => ({ ...a, roots: { blocks: 16, hashes: hashes(7) } })],
    ['with a length beyond all', 'ERR_VERIFICATION', (a) => ({ ...a, roots: { blocks: 2 ** 40, hashes: hashes(7) } })],
    ['for another block', 'ERR_PROTOCOL', (a) => ({ ...a, start: 1 })],
    ['with more than was asked for', 'ERR_PROTOCOL', (a) => ({ ...a, blocks: tree.blocks.slice(0, 2) })],
    ['to a request that was not made', 'ERR_PROTOCOL', (a) => ({ ...a, id: a.id + 1 })]
  ]

  it.each(lies)('%s ends the stream with %s, and nothing of it is kept', async (_, code, lie) => {
    const { core, feed, peer, request } = await asked()
    peer.send(lie(honest(request)))
    expect(await peer.over()).toMatchObject({ code })
    expect(feed.held).toBe(0)
    expect(feed.blocks).toBe(0)
    await core.close()
  })

  it('that was given already ends the stream', async () => {
    const { core, peer, request } = await asked()
    peer.send(honest(request), honest(request))
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('that comes after a Pause is what was asked for, and is not asked for again', async () => {
    const { core, feed, peer, request } = await asked()
    peer.send({ type: PAUSE, channel: 0 }, { type: UNPAUSE, channel: 0 })
    await turn()
    expect(peer.of(RANGE_REQUEST)).toHaveLength(1)
    peer.send(honest(request))
    await until(() => feed.held === 1)
    expect(peer.ended).toBe(false)
    await core.close()
  })

  it('that comes after it was taken back is forgiven', async () => {
    const { core, feed, peer, request } = await asked()
    feed.pause('fetch')
    await peer.expect(RANGE_CANCEL)
    feed.resume('fetch')
    const again = (await peer.expect(RANGE_REQUEST, 2)).at(-1) as RangeRequest
    expect(again).toMatchObject({ start: request.start, count: request.count })
    peer.send(honest(request))
    await until(() => feed.held === 1)
    peer.send(honest(again))
    await turn()
    expect(peer.ended).toBe(false)
    expect(feed.held).toBe(1)
    await core.close()
  })

  it('without blocks, again and again, does not make us ask for ever', async () => {
    const { core, peer } = await asked()
    for (let answered = 0; answered < 20; answered++) {
      await turn()
      const request = peer.of(RANGE_REQUEST)[answered] as RangeRequest | undefined
      if (request === undefined) break
      const nothing = { blocks: [], proof: NOTHING, roots: undefined, last: true }
      peer.send({ type: RANGE_RESPONSE, channel: 0, id: request.id, start: request.start, ...nothing })
    }
    // Each block is asked for once.
    expect(peer.of(RANGE_REQUEST).length).toBeLessThanOrEqual(8)
    expect(peer.ended).toBe(false)
    await core.close()
  })

  it('that is false below a node that was trusted ends the stream in the end', async () => {
    const { core, feed, peer, request } = await asked()
    peer.send(honest(request))
    await until(() => feed.held === 1)
    for (let answered = 1; !peer.ended && answered < 20; answered++) {
      const next = (await peer.expect(RANGE_REQUEST, answered + 1))[answered] as RangeRequest | undefined
      if (next === undefined) break
      const blocks = Array.from({ length: next.count }, () => Uint8Array.of(6, 6, 6))
      const answer = { start: next.start, blocks, proof: NOTHING, roots: undefined, last: true }
      peer.send({ type: RANGE_RESPONSE, channel: 0, id: next.id, ...answer })
      await turn()
    }
    expect(await peer.over()).toMatchObject({ code: 'ERR_VERIFICATION' })
    expect(feed.held).toBe(1)
    await core.close()
  })
})

describe('a peer that asks for ranges', () => {
  async function serving(blocks: readonly Uint8Array[], options: { reading?: boolean } = {}) {
    const { core, id } = await coreWith([...blocks])
    const peer = new ScriptedPeer(core, { version: 1 })
    await until(() => peer.remote !== undefined)
    if (options.reading === false) {
      const silent = new ScriptedPeer(core, { version: 0, reading: false })
      silent.join(id)
      return { core, peer, silent }
    }
    peer.privateJoin(id)
    return { core, peer, silent: peer }
  }
  const request = (fields: Partial<RangeRequest> = {}): RangeRequest => {
    return { type: RANGE_REQUEST, channel: 0, id: 0, start: 0, count: 1, top: undefined, ...fields }
  }

  it.each([
    ['no blocks', { count: 0 }],
    ['more than it may', { count: 4097 }],
    ['blocks beyond any feed', { start: 2 ** 32, count: 1 }],
    ['blocks that are not below the node it names', { start: 2, top: 1 }],
    ['blocks below a node that the feed does not have', { start: 0, top: 31 }]
  ])('for %s is sent away', async (_, fields) => {
    const { core, peer } = await serving(tree.blocks)
    peer.send(request(fields))
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('under the same number twice at a time is sent away', async () => {
    const { core, peer } = await serving(seededBlocks(5000))
    peer.send(request({ count: 4096 }), request({ count: 4096 }))
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('that are not here is told so at once, and we come to want nothing by it', async () => {
    const { core, peer } = await serving(tree.blocks)
    peer.send(request({ start: 100, count: 4096 }))
    const [answer] = (await peer.expect(RANGE_RESPONSE)) as [RangeResponse]
    expect(answer).toMatchObject({ blocks: [], last: true })
    expect(peer.of(RANGE_REQUEST)).toEqual([])
    await core.close()
  })

  it('and takes them back gets no more of them, and one last word', async () => {
    const { core, peer } = await serving(Array.from({ length: 400 }, (_, i) => new Uint8Array(16 * 1024).fill(i)))
    peer.send(request({ count: 400 }), { type: RANGE_CANCEL, channel: 0, id: 0, start: 0, count: 4096 })
    const [answer] = (await peer.expect(RANGE_RESPONSE)) as [RangeResponse]
    expect(answer).toMatchObject({ blocks: [], last: true })
    await turn()
    expect(peer.of(RANGE_RESPONSE)).toHaveLength(1)
    // Taking back what was never asked for means nothing.
    peer.send({ type: RANGE_CANCEL, channel: 0, id: 77, start: 0, count: 1 })
    expect(peer.ended).toBe(false)
    await core.close()
  })

  it.each([
    ['sent', 'upload', false],
    ['not read', 'error', true]
  ] as const)('gets one last answer where we pause when some of it is %s', async (_, event, fails) => {
    const storage = memoryStorage()
    const core = createCore({ storage })
    const feed = core.add()
    await feed.append(seededBlocks(50))
    const id = (await feed.finalize()) as Uint8Array
    const stored = (await storage.findFeed(id)) as FeedStorage
    if (fails) stored.getBlocks = () => Promise.reject(new Error('disk gone'))
    feed.on(event, () => feed.pause('serve'))
    const peer = new ScriptedPeer(core, { version: 1 })
    await until(() => peer.remote !== undefined)
    peer.privateJoin(id)
    peer.send(request({ count: 10 }))
    await peer.expect(PAUSE)
    await turn()
    expect(peer.of(RANGE_RESPONSE).filter(({ last }) => last)).toHaveLength(1)
    await core.close()
  })

  it('too many at a time is sent away', async () => {
    const { core, id } = await coreWith(seededBlocks(100))
    const peer = new ScriptedPeer(core, { version: 1, reading: true })
    await until(() => peer.remote !== undefined)
    peer.privateJoin(id)
    for (let i = 0; i < 20_000 && !peer.ended; i++) peer.send(request({ id: i, count: 100 }))
    expect(await peer.over()).toMatchObject({ code: 'ERR_PROTOCOL' })
    await core.close()
  })

  it('of large blocks behind small ones, and does not read, costs a stated amount', async () => {
    // 512 KiB are read at a time, beside the block that passes the mark.
    const large = Array.from({ length: 40 }, (_, i) => new Uint8Array(MIB).fill(i))
    const { core, id } = await coreWith([...seededBlocks(200), ...large])
    const peer = new ScriptedPeer(core, { version: 1 })
    await until(() => peer.remote !== undefined)
    peer.privateJoin(id)
    const { outbox } = peer.stream.session
    let most = 0
    const push = outbox.push.bind(outbox)
    outbox.push = (bytes) => {
      push(bytes)
      most = Math.max(most, outbox.bytes)
    }
    peer.send(request({ count: 240 }))
    await until(() => peer.of(RANGE_RESPONSE).some(({ last }) => last))
    expect(most).toBeLessThan(3.5 * MIB)
    expect(peer.of(RANGE_RESPONSE).flatMap(({ blocks }) => blocks)).toHaveLength(240)
    await core.close()
  })
})
