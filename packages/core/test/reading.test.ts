import { createCore, type Feed } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { ScriptedPeer } from '../../../test/attacks/scripted-peer.ts'
import { REQUEST, RESPONSE } from '../src/wire/messages.ts'
import { coreWith, hex, seededBlocks, utf8 } from './content.ts'
import { FaultyStorage } from './faulty-storage.ts'
import { GrownTree } from './grown-tree.ts'
import { connect } from './pipe.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { turn, until } from './until.ts'

const tree = new GrownTree(seededBlocks(150))

/** A core that has nothing, and one that has everything. */
async function pair(options: Partial<Parameters<typeof createCore>[0]> = {}) {
  const source = await coreWith(tree.blocks)
  const core = createCore({ storage: memoryStorage(), ...options })
  const feed = core.get(tree.id)
  const finish = () => Promise.all([core.close(), source.core.close()])
  return { source: source.core, core, feed, finish, link: () => connect(core, source.core) }
}

async function collect(feed: Feed, range?: Parameters<Feed['read']>[0]): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = []
  for await (const block of feed.read(range)) blocks.push(block)
  return blocks
}

describe('getting', () => {
  it('waits for what is not here, and gives null past the end, before the length is known and after', async () => {
    const { feed, link, finish } = await pair()
    const early = [feed.get(3), feed.get(149), feed.get(150), feed.get(2 ** 53 - 1)]
    const ready = feed.ready()
    link()
    expect(await Promise.all(early)).toEqual([tree.blocks[3], tree.blocks[149], null, null])
    await ready
    expect(feed.blocks).toBe(150)
    expect([await feed.get(150), await feed.get(2 ** 40)]).toEqual([null, null])
    await finish()
  })

  it('ready alone learns the length, with one block', async () => {
    const { feed, link, finish } = await pair()
    link()
    await feed.ready()
    expect([feed.blocks, feed.held]).toEqual([150, 1])
    await feed.ready()
    await finish()
  })

  it('of a complete feed that has not opened yet, reads what the store has', async () => {
    const storage = memoryStorage()
    await coreWith(tree.blocks, { storage })
    const core = createCore({ storage })
    expect(await collect(core.get(tree.id))).toEqual(tree.blocks)
    await core.close()
  })

  it('gives each caller an array of its own', async () => {
    const { feed, link, finish } = await pair()
    const both = [feed.get(9), feed.get(9)]
    link()
    const [a, b] = (await Promise.all(both)) as [Uint8Array, Uint8Array]
    a.fill(0)
    expect(b).toEqual(tree.blocks[9])
    b.fill(0)
    expect(await feed.get(9)).toEqual(tree.blocks[9])
    await finish()
  })

  it('stops at the signal, at the timeout, and at the close of its handle', async () => {
    const clock = new SimulatedClock()
    const { core, feed, finish } = await pair({ clock })
    const other = core.get(tree.id)
    const abort = new AbortController()
    const reason = new Error('enough')
    const waits = [
      feed.get(1, { signal: abort.signal }),
      feed.get(1, { timeout: 500 }),
      feed.get(1),
      feed.ready(),
      feed.download().done,
      feed.read()[Symbol.asyncIterator]().next(),
      other.get(1)
    ]
    const codes: Array<string | undefined> = []
    for (const [i, wait] of waits.entries()) wait.catch((error: { code?: string }) => (codes[i] = error.code))
    await turn()
    abort.abort(reason)
    await clock.advance(499)
    expect(codes).toEqual(['ERR_ABORTED'])
    await clock.advance(1)
    expect(codes[1]).toBe('ERR_TIMEOUT')
    await feed.close()
    await turn()
    expect(codes).toEqual(['ERR_ABORTED', 'ERR_TIMEOUT', 'ERR_CLOSED', 'ERR_CLOSED', 'ERR_CLOSED', 'ERR_CLOSED'])
    await other.close()
    await turn()
    expect(codes[6]).toBe('ERR_CLOSED')
    expect(clock.timers).toBe(0)
    await expect(waits[0]).rejects.toMatchObject({ cause: reason })
    const aborted = { signal: AbortSignal.abort() }
    await expect(core.get(tree.id).get(1, aborted)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await finish()
  })

  it('refuses misuse: indexes, ids, ranges, timeouts', async () => {
    const { core, feed, finish } = await pair()
    await feed.open()
    for (const index of [-1, 0.5, Number.NaN, Infinity, 2 ** 53, '1', null, undefined]) {
      await expect(feed.get(index as number)).rejects.toThrow(RangeError)
      expect(() => feed.has(index as number)).toThrow(RangeError)
      if (index !== undefined) expect(() => feed.download({ start: index as number })).toThrow(RangeError)
      if (index !== undefined) await expect(collect(feed, { start: index as number })).rejects.toThrow(RangeError)
    }
    for (const timeout of [-1, Number.NaN, '5']) {
      await expect(feed.get(0, { timeout: timeout as number })).rejects.toThrow(RangeError)
    }
    for (const id of ['', 'xyz', 'ab'.repeat(31), 'zz'.repeat(32), new Uint8Array(31), null, undefined, 5]) {
      expect(() => core.get(id as string)).toThrow(TypeError)
      await expect(core.delete(id as string)).rejects.toThrow(TypeError)
    }
    for (const options of [{}, undefined, { storage: null }]) {
      expect(() => createCore(options as never)).toThrow(TypeError)
    }
    for (const requestTimeout of [0, -1, Number.NaN]) {
      expect(() => createCore({ storage: memoryStorage(), requestTimeout })).toThrow(RangeError)
    }
    expect(() => createCore({ storage: memoryStorage(), durability: 'machine' })).toThrow(RangeError)
    expect(() => core.get(tree.id).has(0)).not.toThrow()
    const fresh = core.get(new Uint8Array(32))
    expect(() => fresh.has(0)).toThrow('open')
    await finish()
  })
})

describe('reading', () => {
  it('gives a range in order, from here or from peers', async () => {
    const { source, feed, link, finish } = await pair()
    link()
    expect(await collect(feed, { start: 20, end: 31 })).toEqual(tree.blocks.slice(20, 31))
    expect(feed.held).toBeLessThanOrEqual(11)
    expect(await collect(feed)).toEqual(tree.blocks)
    const origin = source.get(tree.id)
    expect(await collect(origin, { start: 140 })).toEqual(tree.blocks.slice(140))
    expect(await collect(origin, { start: 150 })).toEqual([])
    expect(await collect(origin, { start: 5, end: 5 })).toEqual([])
    expect(await collect(origin, { start: 5, end: 2 })).toEqual([])
    await finish()
  })

  it('that is left early stops asking', async () => {
    const { core, feed, link, finish } = await pair()
    link()
    for await (const block of feed.read()) {
      expect(block).toEqual(tree.blocks[0])
      break
    }
    await turn(30)
    const { held } = feed
    expect(held).toBeLessThan(150)
    await turn(30)
    expect(feed.held).toBe(held)
    expect(core.peers).toHaveLength(1)
    await finish()
  })

  it('counts the timeout for each block, when its turn has come', async () => {
    const clock = new SimulatedClock()
    const storage = new FaultyStorage()
    const core = createCore({ storage, clock })
    const feed = core.add()
    await feed.append(tree.blocks)
    await feed.finalize()
    const got: number[] = []
    const reading = (async () => {
      for await (const block of feed.read({ timeout: 100 })) {
        got.push(block.length)
        // A slow reader is not a slow peer.
        await clock.advance(1000)
      }
    })()
    await reading
    expect(got).toHaveLength(150)
    const missing = core.get(new Uint8Array(32))
    const waiting = missing.read({ timeout: 100 }).next()
    waiting.catch(() => {})
    await clock.advance(101)
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await core.close()
  })

  it('holds little of large blocks ahead', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    for (let i = 0; i < 40; i++) await feed.append(new Uint8Array(2 * 1024 * 1024).fill(i), { transfer: true })
    await feed.finalize()
    const reader = feed.read()
    await reader.next()
    const before = storage.calls.getBlock
    for (let i = 0; i < 5; i++) await reader.next()
    expect(storage.calls.getBlock - before).toBeLessThanOrEqual(10)
    await reader.return()
    await core.close()
  })
})

describe('downloading', () => {
  it('fetches a range, tells of progress, and is done', async () => {
    const { feed, link, finish } = await pair()
    const download = feed.download({ start: 10, end: 60 })
    const progress: Array<[number, number]> = []
    download.on('progress', (...args) => progress.push(args))
    expect([download.downloaded, download.total]).toEqual([0, Infinity])
    link()
    await download.done
    expect([download.downloaded, download.total]).toEqual([50, 50])
    expect(progress.map(([downloaded]) => downloaded)).toEqual([...progress.map(([d]) => d)].sort((a, b) => a - b))
    expect(progress.at(-1)).toEqual([50, 50])
    expect(feed.held).toBe(50)
    await feed.download({ start: 10, end: 60 }).done
    await feed.download({ start: 200 }).done
    await feed.download({ start: 30, end: 20 }).done
    await turn()
    expect(feed.held).toBe(50)
    await finish()
  })

  it('can be cancelled', async () => {
    const { feed, link, finish } = await pair()
    const abort = new AbortController()
    const download = feed.download({ signal: abort.signal })
    await feed.open()
    abort.abort()
    await expect(download.done).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    link()
    await turn(30)
    expect(feed.held).toBe(0)
    await finish()
  })

  it('fails with the store, and works when it does again: nobody who waits is forgotten', async () => {
    const storage = new FaultyStorage()
    const { feed, link, finish } = await pair({ storage })
    const errors: Error[] = []
    feed.on('error', (error) => errors.push(error))
    await feed.open()
    storage.failing.add('commit')
    const download = feed.download()
    const got = feed.get(77)
    link()
    await expect(download.done).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await expect(got).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    expect(errors.length).toBeGreaterThan(0)
    await turn(30)
    expect([feed.held, feed.byteLength]).toEqual([0, 0])
    storage.failing.clear()
    expect(await feed.get(77)).toEqual(tree.blocks[77])
    storage.failing.add('commit')
    await expect(feed.download().done).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.clear()
    await feed.download().done
    expect([feed.held, feed.complete]).toEqual([150, true])
    expect(feed.byteLength).toBe(tree.blocks.reduce((sum, block) => sum + block.length, 0))
    expect(await collect(feed)).toEqual(tree.blocks)
    await finish()
  })

  it('survives listeners that throw', async () => {
    const { feed, link, finish } = await pair()
    const thrown: unknown[] = []
    const before = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (error) => thrown.push(error))
    const download = feed.download()
    const fail = () => {
      throw new Error('a careless listener')
    }
    download.on('progress', fail)
    feed.on('download', fail)
    feed.on('update', fail)
    link()
    await download.done
    expect([feed.held, feed.complete]).toEqual([150, true])
    await turn()
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
    expect(thrown.length).toBeGreaterThan(0)
    await finish()
  })
})

describe('damage', () => {
  it('is found by verify, dropped, and fetched again', async () => {
    const storage = new FaultyStorage()
    const { feed, link, finish } = await pair({ storage })
    link()
    await feed.download().done
    storage.damagedBlocks.add(5).add(140)
    const unsound: number[] = []
    let checked = 0
    for await (const { block, sound } of feed.verify()) {
      checked++
      if (!sound) unsound.push(block)
    }
    expect([checked, unsound]).toEqual([150, [5, 140]])
    expect([feed.held, feed.complete, feed.has(5)]).toEqual([148, false, false])
    expect(await feed.get(5)).toEqual(tree.blocks[5])
    await feed.download().done
    expect([feed.held, feed.complete]).toEqual([150, true])
    expect(feed.byteLength).toBe(tree.blocks.reduce((sum, block) => sum + block.length, 0))
    await finish()
  })

  it('of the tree is found as well, and blames no peer', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    link()
    await feed.download().done
    await feed.close()
    // A leaf, a parent, and a node high up.
    for (const index of [40, 41, 63]) storage.damagedNodes.add(index)
    const again = core.get(tree.id)
    await again.open()
    for await (const _ of again.verify());
    expect(again.held).toBeLessThan(150)
    await again.download().done
    expect(again.complete).toBe(true)
    expect(core.peers).toHaveLength(1)
    expect(storage.damagedNodes.size).toBe(0)
    for await (const { sound } of again.verify()) expect(sound).toBe(true)
    await finish()
  })

  it('of the tree that was read for an upload does not make a liar of an honest peer', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    const first = link()
    await feed.download({ start: 0, end: 2 }).done
    first.cut()
    await feed.close()
    // It stands above blocks 16 to 31, and is in the proof of block 0.
    storage.damagedNodes.add(47)
    const again = core.get(tree.id)
    await again.open()
    const asking = new ScriptedPeer(core)
    asking.join(tree.id)
    asking.send({ type: REQUEST, channel: 0, block: 0 })
    await asking.expect(RESPONSE)
    link()
    expect(await again.get(20, { timeout: 10_000 })).toEqual(tree.blocks[20])
    expect(core.peers).toHaveLength(2)
    expect(storage.damagedNodes.size).toBe(0)
    await finish()
  })

  it('met by a reader is a BlockDamagedError, and the next get fetches it', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    link()
    await feed.download().done
    storage.damagedBlocks.add(7)
    storage.damagedNodes.add(18)
    const both = await Promise.allSettled([feed.get(7), feed.get(7)])
    expect(both.map((result) => (result as { reason?: { code: string } }).reason?.code)).toContain('ERR_BLOCK_DAMAGED')
    expect(feed.held).toBe(149)
    expect(await feed.get(7)).toEqual(tree.blocks[7])
    // A leaf that is damaged condemns its block, but no peer.
    await feed.close()
    const again = core.get(tree.id)
    await expect(again.get(9)).rejects.toMatchObject({ code: 'ERR_BLOCK_DAMAGED', block: 9, notFound: true })
    expect(await again.get(9)).toEqual(tree.blocks[9])
    expect(again.byteLength).toBe(tree.blocks.reduce((sum, block) => sum + block.length, 0))
    await finish()
  })

  it('within a download that goes on is repaired by it', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    const only = connect(core, (await coreWith(tree.blocks)).core)
    await feed.download({ start: 0, end: 100 }).done
    only.cut()
    await only.ends
    const download = feed.download()
    await turn()
    expect(download.downloaded).toBe(100)
    storage.damagedBlocks.add(50)
    await expect(feed.get(50)).rejects.toMatchObject({ code: 'ERR_BLOCK_DAMAGED' })
    expect(download.downloaded).toBe(99)
    link()
    await download.done
    expect([feed.held, feed.complete]).toEqual([150, true])
    await finish()
  })

  it('that a peer asks for is told to the feed, and to the peer by a new bitfield', async () => {
    const storage = new FaultyStorage()
    const source = await coreWith(tree.blocks, { storage })
    const origin = source.core.get(tree.id)
    const errors: Array<{ code?: string }> = []
    origin.on('error', (error) => errors.push(error as { code?: string }))
    storage.damagedBlocks.add(12)
    const core = createCore({ storage: memoryStorage() })
    const feed = core.get(tree.id)
    connect(core, source.core)
    void feed.download()
    await until(() => feed.held === 149)
    await turn()
    expect(errors).toMatchObject([{ code: 'ERR_BLOCK_DAMAGED' }])
    // Another one that has it: both get whole.
    const third = await coreWith(tree.blocks)
    connect(core, third.core)
    await until(() => feed.complete)
    expect(await origin.get(12)).toEqual(tree.blocks[12])
    await Promise.all([core.close(), source.core.close(), third.core.close()])
  })

  it('clear drops a range, and a failed clear drops nothing', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    link()
    await feed.download().done
    const { byteLength } = feed
    storage.failing.add('commit')
    await expect(feed.clear({ start: 3 })).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.clear()
    expect([feed.held, feed.byteLength, feed.complete]).toEqual([150, byteLength, true])
    await feed.clear({ start: 10, end: 20 })
    await feed.clear({ start: 15, end: 25 })
    const dropped = tree.blocks.slice(10, 25).reduce((sum, block) => sum + block.length, 0)
    expect([feed.held, feed.byteLength, feed.has(9), feed.has(10)]).toEqual([135, byteLength - dropped, true, false])
    await feed.close()
    const again = core.get(tree.id)
    await again.open()
    expect([again.held, again.has(9), again.has(10), again.has(24), again.has(25)]).toEqual([
      135,
      true,
      false,
      false,
      true
    ])
    expect(await again.get(12)).toEqual(tree.blocks[12])
    await again.clear()
    expect([again.held, again.byteLength]).toEqual([0, 0])
    await finish()
  })
})

describe('handles', () => {
  it('are counted: interested with the first, uninterested after the last', async () => {
    const core = createCore({ storage: memoryStorage() })
    const events: string[] = []
    core.on('interested', (id) => events.push(`+${hex(id).slice(0, 2)}`))
    core.on('uninterested', (id) => events.push(`-${hex(id).slice(0, 2)}`))
    const name = hex(tree.id).slice(0, 2)
    const [a, b] = [core.get(tree.id), core.get(hex(tree.id).toUpperCase())]
    expect(core.interests.map(hex)).toEqual([hex(tree.id)])
    await a.close()
    await a.close()
    expect([events, b.closed]).toEqual([[`+${name}`], false])
    await b.close()
    expect(events).toEqual([`+${name}`, `-${name}`])
    const feed = core.add()
    await feed.append(tree.blocks)
    expect(events).toHaveLength(2)
    const finalized: string[] = []
    feed.on('finalize', (id) => finalized.push(hex(id)))
    await feed.finalize()
    expect([events.at(-1), finalized]).toEqual([`+${name}`, [hex(tree.id)]])
    await core.close()
    expect(events).toEqual([`+${name}`, `-${name}`, `+${name}`, `-${name}`])
    expect(feed.closed).toBe(true)
    await expect(feed.get(0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    await core.close()
  })

  it('closed while the store is busy: the next one sees what was stored', async () => {
    const storage = new FaultyStorage()
    const { core, feed, link, finish } = await pair({ storage })
    let open = () => {}
    storage.gate = new Promise((resolve) => {
      open = resolve
    })
    void feed.download()
    link()
    await until(() => (core.peers[0]?.bytesReceived ?? 0) > 2000)
    const closing = feed.close()
    const again = core.get(tree.id)
    open()
    await closing
    await again.open()
    const { held } = again
    let counted = 0
    for (let block = 0; block < 150; block++) if (again.has(block)) counted++
    expect(held).toBe(counted)
    await again.download().done
    expect(await collect(again)).toEqual(tree.blocks)
    for await (const { sound } of again.verify()) expect(sound).toBe(true)
    await finish()
  })

  it('of a deleted feed are closed; got anew, it comes from peers', async () => {
    const { core, feed, link, finish } = await pair()
    link()
    await feed.download().done
    const deleting = core.delete(tree.id)
    const again = core.get(tree.id)
    expect(await deleting).toBe(true)
    await expect(feed.get(0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    const handle = again.closed ? core.get(tree.id) : again
    expect(utf8(await handle.get(3))).toBe(utf8(tree.blocks[3]))
    await finish()
  })
})
