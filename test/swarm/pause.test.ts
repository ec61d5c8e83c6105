import { type Core, createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A feed at `a` that `b` downloads, over a stream that carries one block at a time. */
async function fetching(
  blocks: readonly (string | Uint8Array)[] = Array.from({ length: 500 }, (_, i) => `block ${i}`)
) {
  const [a, b] = [createCore({ storage: memoryStorage() }), createCore({ storage: memoryStorage() })] as [Core, Core]
  const written = a.add()
  await written.append(blocks)
  const id = (await written.finalize()) as Uint8Array
  const feed = b.get(id)
  const [toB, toA] = [a.replicate(), b.replicate()]
  for (const [sink, source] of [
    [toB.sink, toA.source],
    [toA.sink, toB.source]
  ] as const)
    sink(source).catch(() => {})
  const close = () => Promise.all([a.close(), b.close()])
  return { a, b, written, feed, toA, toB, close }
}

type Parts = Awaited<ReturnType<typeof fetching>>

const WAYS: Array<[string, (parts: Parts) => void, (parts: Parts) => void]> = [
  ['the sharer pauses the feed', ({ written }) => written.pause(), ({ written }) => written.resume()],
  [
    'the sharer pauses serving the feed',
    ({ written }) => written.pause('serve'),
    ({ written }) => written.resume('serve')
  ],
  ['the sharer pauses the peer', ({ toB }) => toB.pause('serve'), ({ toB }) => toB.resume('serve')],
  ['the fetcher pauses the feed', ({ feed }) => feed.pause('fetch'), ({ feed }) => feed.resume('fetch')],
  ['the fetcher pauses the peer', ({ toA }) => toA.pause(), ({ toA }) => toA.resume()]
]

describe.each(WAYS)('%s', (_name, pause, resume) => {
  it('in mid-transfer: no more comes until it is resumed, then all of it, and nothing twice', async () => {
    const parts = await fetching()
    const { feed, written } = parts
    let uploads = 0
    written.on('upload', () => uploads++)
    let seen = 0
    feed.on('download', () => {
      if (++seen === 100) pause(parts)
    })
    const { done } = feed.download()
    await settled()
    const { held } = feed
    expect(held).toBeGreaterThanOrEqual(100)
    expect(held).toBeLessThan(500)
    await settled()
    expect(feed.held).toBe(held)
    resume(parts)
    await done
    expect(feed.complete).toBe(true)
    // What was in flight when it was taken back may come once more.
    expect(uploads).toBeLessThan(500 + 100)
    await parts.close()
  })

  it('before anything: nothing comes until it is resumed', async () => {
    const parts = await fetching()
    pause(parts)
    const { done } = parts.feed.download()
    await settled()
    expect(parts.feed.held).toBe(0)
    resume(parts)
    await done
    await parts.close()
  })
})

describe('pause', () => {
  it('of the other direction changes nothing', async () => {
    const parts = await fetching()
    parts.written.pause('fetch')
    parts.feed.pause('serve')
    parts.toA.pause('serve')
    await parts.feed.download().done
    await parts.close()
  })

  it('of a peer is of all feeds that are shared with it', async () => {
    const parts = await fetching()
    const { a, b, toA, close } = parts
    const other = a.add()
    await other.append(Array.from({ length: 500 }, (_, i) => `other block ${i}`))
    const second = b.get((await other.finalize()) as Uint8Array)
    const feeds = [parts.feed, second]
    let seen = 0
    second.on('download', () => {
      if (++seen === 100) toA.pause('fetch')
    })
    const done = Promise.all(feeds.map((feed) => feed.download().done))
    await settled()
    const held = feeds.map((feed) => feed.held)
    expect(second.complete).toBe(false)
    await settled()
    expect(feeds.map((feed) => feed.held)).toEqual(held)
    toA.resume()
    await done
    await close()
  })

  it('and resumed within one turn, while blocks are being read for the peer: none is sent that was not asked again', async () => {
    const parts = await fetching()
    const { feed, written } = parts
    let seen = 0
    feed.on('download', () => {
      if (++seen % 50 !== 0) return
      written.pause('serve')
      written.resume('serve')
    })
    await feed.download().done
    expect(feed.complete).toBe(true)
    await parts.close()
  })

  it('by the sharer, between two blocks that it has read for the peer: none comes after it, and none is sent twice', async () => {
    const parts = await fetching(Array.from({ length: 256 }, (_, i) => new Uint8Array(40_000).fill(i)))
    const { feed, written } = parts
    const sent: number[] = []
    let after = 5
    written.on('upload', (block) => {
      if (sent.push(block) === after) written.pause('serve')
    })
    const { done } = feed.download()
    for (; after <= 256; after += 5) {
      while (feed.held < after) await settled()
      await settled()
      expect(sent).toHaveLength(after)
      expect(feed.held).toBe(after)
      // On with it, up to the next pause.
      setImmediate(() => written.resume('serve'))
    }
    await done
    expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i))
    await parts.close()
  })

  it('twice is once, and a direction that is none is refused', async () => {
    const { feed, b, close } = await fetching()
    feed.pause()
    feed.pause('fetch')
    feed.resume()
    expect(() => feed.pause('up' as never)).toThrow(TypeError)
    expect(() => b.add().pause()).toThrow(TypeError)
    await feed.download().done
    await close()
  })
})
