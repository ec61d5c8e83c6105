// How requests flow, on links of known latency and rate, in simulated time.
import { type Core, createCore, type Feed } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from './simulated-clock.ts'
import { link } from './simulated-links.ts'

const MBIT = 1_000_000 / 8

function core(clock: SimulatedClock): Core {
  return createCore({ storage: memoryStorage(), clock, requestTimeout: 20_000 })
}

/** Bytes that are the same on each run (xorshift32). */
function seeded(seed: number): (length: number) => Uint8Array {
  let state = seed * 0x9e3779b1
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    })
}

async function holder(clock: SimulatedClock, blocks: readonly Uint8Array[]): Promise<{ core: Core; id: Uint8Array }> {
  const holding = core(clock)
  const feed = holding.add()
  await feed.append([...blocks])
  return { core: holding, id: (await feed.finalize()) as Uint8Array }
}

function content(count: number, length: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const block = new Uint8Array(length).fill(i % 251)
    new DataView(block.buffer).setUint32(0, i)
    return block
  })
}

/** Reads all of a feed; tells whether that is done. */
function reading(feed: Feed): { done: boolean; blocks: number } {
  const state = { done: false, blocks: 0 }
  const read = async () => {
    for await (const _ of feed.read()) state.blocks++
    state.done = true
  }
  void read()
  return state
}

describe('the first block', () => {
  it.each(['before the handshakes', 'after them'])('comes within 1.5 round trips, asked for %s', async (when) => {
    const clock = new SimulatedClock()
    const source = await holder(clock, content(100, 1000))
    const asker = core(clock)
    link(clock, source.core, asker, { latency: 50, bytesPerSecond: 100 * MBIT })
    if (when === 'after them') await clock.until(() => asker.peers.length === 1 && source.core.peers.length === 1)
    const start = clock.now()
    let block: Uint8Array | null | undefined
    void asker
      .get(source.id)
      .get(7)
      .then((data) => {
        block = data
      })
    await clock.until(() => block !== undefined)
    expect(clock.now() - start).toBeLessThan(when === 'after them' ? 105 : 155)
    await Promise.all([asker.close(), source.core.close()])
  })
})

describe('a link of 100 Mbit/s and 50 ms each way', () => {
  it.each([
    ['64 KiB', 64 * 1024, 400],
    ['1,000 bytes', 1000, 20_000]
  ])('is filled by a sequential reader of blocks of %s', async (_, length, count) => {
    const clock = new SimulatedClock()
    const source = await holder(clock, content(count, length))
    const asker = core(clock)
    link(clock, source.core, asker, { latency: 50, bytesPerSecond: 100 * MBIT })
    const feed = asker.get(source.id)
    await clock.until(() => asker.peers.length === 1)
    const state = reading(feed)
    // It takes a few round trips to find out what the link holds.
    await clock.until(() => state.blocks >= count / 4)
    const [start, before] = [clock.now(), state.blocks]
    await clock.until(() => state.done)
    const rate = ((count - before) * length) / ((clock.now() - start) / 1000)
    expect(rate / (100 * MBIT)).toBeGreaterThan(0.9)
    await Promise.all([asker.close(), source.core.close()])
  })
})

describe('four holders with 20 Mbit/s each', () => {
  it('give 0.9 of the sum, and no block twice', async () => {
    const clock = new SimulatedClock()
    const blocks = content(800, 32 * 1024)
    const asker = core(clock)
    const holders: Core[] = []
    const passed: Array<[number, number]> = []
    let id = new Uint8Array(32)
    for (let i = 0; i < 4; i++) {
      const source = await holder(clock, blocks)
      id = source.id as typeof id
      holders.push(source.core)
      passed.push(link(clock, source.core, asker, { latency: 10, bytesPerSecond: 20 * MBIT }))
    }
    await clock.until(() => asker.peers.length === 4)
    const start = clock.now()
    const feed = asker.get(id)
    void feed.download()
    await clock.until(() => feed.complete)
    const bytes = 800 * 32 * 1024
    expect(bytes / ((clock.now() - start) / 1000) / (80 * MBIT)).toBeGreaterThan(0.9)
    expect(passed.reduce((sum, [there]) => sum + there, 0)).toBeLessThan(bytes * 1.02)
    await Promise.all([asker, ...holders].map((each) => each.close()))
  })

  it('share the work by what they deliver', async () => {
    const clock = new SimulatedClock()
    const blocks = content(600, 16 * 1024)
    const asker = core(clock)
    const fast = await holder(clock, blocks)
    const slow = await holder(clock, blocks)
    const quick = link(clock, fast.core, asker, { latency: 10, bytesPerSecond: 40 * MBIT })
    const lame = link(clock, slow.core, asker, { latency: 10, bytesPerSecond: 4 * MBIT })
    await clock.until(() => asker.peers.length === 2)
    const start = clock.now()
    const feed = asker.get(fast.id)
    void feed.download()
    await clock.until(() => feed.complete)
    expect((600 * 16 * 1024) / ((clock.now() - start) / 1000) / (44 * MBIT)).toBeGreaterThan(0.75)
    expect(quick[0]).toBeGreaterThan(4 * lame[0])
    await Promise.all([asker, fast.core, slow.core].map((each) => each.close()))
  })
})

describe('several that fetch from one holder, and from each other', () => {
  it('take different parts of it first, and spare it half of the work', async () => {
    const clock = new SimulatedClock()
    const blocks = content(800, 16 * 1024)
    const bytes = 800 * 16 * 1024
    const source = await holder(clock, blocks)
    const fetchers = [1, 2, 3, 4].map((seed) =>
      createCore({ storage: memoryStorage(), clock, requestTimeout: 20_000, random: seeded(seed) })
    )
    const sent = fetchers.map((fetcher) =>
      link(clock, source.core, fetcher, { latency: 10, bytesPerSecond: 10 * MBIT })
    )
    for (const [i, one] of fetchers.entries()) {
      for (const other of fetchers.slice(i + 1)) link(clock, one, other, { latency: 10, bytesPerSecond: 40 * MBIT })
    }
    await clock.until(() => fetchers.every((fetcher) => fetcher.peers.length === 4))
    const start = clock.now()
    const feeds = fetchers.map((fetcher) => fetcher.get(source.id))
    for (const feed of feeds) void feed.download()
    await clock.until(() => feeds.every((feed) => feed.complete))
    // In one and the same order they would have nothing for each other, and it would send all to each of the four.
    expect(sent.reduce((sum, [there]) => sum + there, 0)).toBeLessThan(2.2 * bytes)
    expect(clock.now() - start).toBeLessThan(0.6 * (bytes / (10 * MBIT)) * 1000)
    await Promise.all([source.core, ...fetchers].map((each) => each.close()))
  })
})

describe('what is fetched first', () => {
  it('is what is critical, then what is high, then the rest', async () => {
    const clock = new SimulatedClock()
    const source = await holder(clock, content(1000, 10_000))
    const asker = core(clock)
    const feed = asker.get(source.id)
    const order: number[] = []
    feed.on('download', (block) => order.push(block))
    link(clock, source.core, asker, { latency: 10, bytesPerSecond: 20 * MBIT })
    await clock.until(() => asker.peers.length === 1)
    await feed.open()
    void feed.ready()
    await clock.until(() => feed.blocks > 0)
    void feed.download()
    void feed.download({ start: 500, end: 600, priority: 'high' })
    void feed.download({ start: 800, end: 900, priority: 'critical' })
    await clock.until(() => feed.complete)
    const last = (from: number, to: number) => Math.max(...order.flatMap((b, i) => (b >= from && b < to ? [i] : [])))
    expect(last(800, 900)).toBeLessThan(last(500, 600))
    expect(last(500, 600)).toBeLessThan(300)
    expect(new Set(order).size).toBe(order.length)
    await Promise.all([asker.close(), source.core.close()])
  })
})

describe('a block that a slow peer owes to a reader', () => {
  it('is asked of a quicker one as well, and taken back from the other', async () => {
    const clock = new SimulatedClock()
    const blocks = content(64, 16 * 1024)
    const asker = core(clock)
    const slow = await holder(clock, blocks)
    const quick = await holder(clock, blocks)
    // 16 KiB take 16 seconds.
    const lame = link(clock, slow.core, asker, { latency: 10, bytesPerSecond: 1024 })
    await clock.until(() => asker.peers.length === 1)
    const feed = asker.get(slow.id)
    const order: number[] = []
    feed.on('download', (block) => order.push(block))
    await feed.open()
    let first: unknown
    void feed.get(0).then((data) => {
      first = data
    })
    await clock.until(() => lame[0] > 200)
    link(clock, quick.core, asker, { latency: 10, bytesPerSecond: 20 * MBIT })
    // How quick it is must be known.
    feed.get(1).catch(() => {})
    await clock.until(() => order.includes(1) || order.includes(0))
    const start = clock.now()
    await clock.until(() => first !== undefined)
    expect(clock.now() - start).toBeLessThan(1000)
    expect(new Set(order).size).toBe(order.length)
    await Promise.all([asker, slow.core, quick.core].map((each) => each.close()))
  })
})

describe('what nobody needs any more', () => {
  it('is taken back and not sent', async () => {
    const clock = new SimulatedClock()
    const source = await holder(clock, content(1000, 10_000))
    const asker = core(clock)
    const passed = link(clock, source.core, asker, { latency: 50, bytesPerSecond: 4 * MBIT })
    await clock.until(() => asker.peers.length === 1)
    const feed = asker.get(source.id)
    const stop = new AbortController()
    const download = feed.download({ signal: stop.signal })
    await clock.until(() => feed.held >= 10)
    const before = passed[0]
    stop.abort()
    await expect(download.done).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    let over = false
    clock.setTimeout(() => {
      over = true
    }, 15_000)
    await clock.until(() => over)
    // What was on its way or waits in the sender's link still comes.
    expect(passed[0] - before).toBeLessThan(1_200_000)
    await Promise.all([asker.close(), source.core.close()])
  })
})
