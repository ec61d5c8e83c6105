import { type Authorize, type Core, createCore, type TradeDirection } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'

/** Two cores with a stream between them; whoever `joined` tells which of them have opened a channel. */
function couple(authorizeA?: Authorize, authorizeB?: Authorize) {
  const a = createCore({ storage: memoryStorage(), authorize: authorizeA })
  const b = createCore({ storage: memoryStorage(), authorize: authorizeB })
  const toB = a.replicate({ remoteIdentity: 'bob' })
  const toA = b.replicate({ remoteIdentity: 'alice' })
  const ends = Promise.all([toB.sink(toA.source), toA.sink(toB.source)].map((end) => end.catch((error) => error)))
  const close = () => Promise.all([a.close(), b.close()])
  return { a, b, toA, toB, ends, close }
}

async function share(core: Core): Promise<Uint8Array> {
  const feed = core.add()
  await feed.append(['hello', 'world'])
  return (await feed.finalize()) as Uint8Array
}

/** Long enough for everything that happens without a clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const only =
  (...directions: TradeDirection[]): Authorize =>
  ({ direction }) =>
    directions.includes(direction)

describe('authorize', () => {
  it('is asked for each feed and direction, once, and sees who is proven', async () => {
    const asked: unknown[] = []
    const { a, b, toB, close } = couple((request) => {
      asked.push(request)
      return true
    })
    const id = await share(a)
    const feed = b.get(id)
    expect(await feed.get(1)).toHaveLength(5)
    const peer = { id: b.id, identity: 'bob', version: 1 }
    expect(asked).toMatchObject([
      { peer, feed: id, direction: 'serve' },
      { peer, feed: id, direction: 'fetch' }
    ])
    expect(toB.sharedFeeds).toBe(1)
    await close()
  })

  it.each([
    ['serves nobody, fetches from nobody: the peer gets no Join', only(), 0, 0],
    ['fetches, and does not serve: no block leaves, nor word of which are here', only('fetch'), 1, 0],
    ['serves, and does not fetch', only('serve'), 1, 2]
  ])('%s', async (_name, authorize, shared, held) => {
    const { a, b, toA, close } = couple(authorize)
    const feed = b.get(await share(a))
    feed.download().done.catch(() => {})
    await settled()
    expect(toA.sharedFeeds).toBe(shared)
    expect(feed.held).toBe(held)
    await close()
  })

  it('not allowed to fetch: asks nobody, and joins nothing of its own accord', async () => {
    const { a, b, toA, close } = couple(undefined, only('serve'))
    const feed = b.get(await share(a))
    feed.download().done.catch(() => {})
    await settled()
    expect([feed.held, toA.sharedFeeds, toA.bytesSent < 200]).toEqual([0, 0, true])
    await close()
  })

  it('may take its time', async () => {
    const { a, b, close } = couple(
      () => Promise.resolve(true),
      async () => {
        await settled()
        return true
      }
    )
    const feed = b.get(await share(a))
    await feed.download().done
    expect(feed.complete).toBe(true)
    await close()
  })

  it('a promise of false is a no, and so is one for a feed that was closed meanwhile', async () => {
    let answer: (allowed: boolean) => void = () => {}
    const { a, b, toA, close } = couple(({ direction }) =>
      direction === 'fetch'
        ? Promise.resolve(false)
        : new Promise((resolve) => {
            answer = resolve
          })
    )
    const id = await share(a)
    b.get(id)
    await settled()
    expect(toA.sharedFeeds).toBe(0)
    answer(false)
    await settled()
    expect(toA.sharedFeeds).toBe(0)
    await close()
  })

  it('may use the feed that it is asked about: it is joined once all the same', async () => {
    let asked = 0
    const { a, b, toA, close } = couple(undefined, ({ feed: id }) => {
      asked++
      b.get(id)
        .download()
        .done.catch(() => {})
      return true
    })
    const feed = b.get(await share(a))
    await feed.download().done
    expect([asked, toA.sharedFeeds]).toEqual([2, 1])
    await close()
  })

  it('may end the stream that it is asked about', async () => {
    const { a, b, toA, toB, close } = couple(() => {
      toB.end()
      return true
    })
    const feed = b.get(await share(a))
    feed.download().done.catch(() => {})
    await toA.closed
    expect([feed.held, toB.sharedFeeds, toA.sharedFeeds]).toEqual([0, 0, 0])
    await close()
  })

  it.each([
    [
      'throws',
      (() => {
        throw new Error('no idea')
      }) as Authorize
    ],
    ['rejects', (() => Promise.reject(new Error('no idea'))) as Authorize]
  ])('that %s ends the peer’s stream, and nothing else', async (_name, authorize) => {
    const { a, b, toB, close } = couple(authorize)
    const ended = new Promise((resolve) => toB.on('end', resolve))
    const id = await share(a)
    b.get(id)
    expect(await ended).toMatchObject({ message: 'no idea' })
    expect((await a.get(id).get(0))?.length).toBe(5)
    await close()
  })
})
