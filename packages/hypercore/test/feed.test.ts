import { EventEmitter, once } from 'node:events'
import { MAX_BLOCK_BYTES } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { type Feed, hypercore } from '../src/index.ts'
import { create, HELLO_WORLD, replicate, write } from './cores.ts'

describe('writing', () => {
  it('appends one by one', async () => {
    const feed = create().add()
    expect(feed.id).toBeNull()
    feed.append('hello')
    feed.append(Buffer.from('world'))
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
    expect(feed.id).toBeInstanceOf(Buffer)
    expect(feed.blocks).toBe(2)
  })

  it('appends several at once', async () => {
    const feed = create().add()
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })

  it('copies a block before the call returns', async () => {
    const feed = create().add()
    const block = Buffer.from('hello')
    feed.append(block)
    block.fill(0)
    feed.append('world')
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })

  it('has what was appended, at once when it was called back', async () => {
    const feed = create().add()
    expect(feed.opened).toBe(true)
    expect(feed.has(0)).toBe(false)
    await feed.append(['hello', 'world'])
    expect([0, 1, 2].map((index) => feed.has(index))).toEqual([true, true, false])
    expect(await feed.get(1)).toEqual(Buffer.from('world'))
    expect(await feed.get(2)).toBeNull()
  })

  it('keeps null for an id without blocks, and takes blocks afterwards', async () => {
    const feed = create().add()
    await feed.finalize()
    expect(feed.id).toBeNull()
    expect(feed.blocks).toBe(0)
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })

  it('emits finalize once, and takes a second finalize for done', async () => {
    const feed = create().add()
    let emitted = 0
    feed.on('finalize', () => emitted++)
    feed.append('hello')
    await Promise.all([feed.finalize(), feed.finalize()])
    await feed.finalize()
    expect(emitted).toBe(1)
  })

  it('throws on appending to a finalized feed, before anything else', async () => {
    const core = create()
    const feed = core.add()
    feed.append('hello')
    const finalizing = feed.finalize()
    const finalized = expect.objectContaining({ code: 'ERR_FEED_FINALIZED' })
    expect(() => feed.append('more')).toThrow(finalized)
    await finalizing
    expect(() => feed.append('more', () => {})).toThrow(finalized)
    expect(() => core.get(HELLO_WORLD).append('more')).toThrow(finalized)
  })

  it.each([[1], [null], [undefined], [{}], [['good', 5]]])('throws a TypeError for %j as a block', async (block) => {
    const feed = create().add()
    expect(() => feed.append(block as never)).toThrow(TypeError)
    await feed.finalize()
    expect(feed.blocks).toBe(0)
  })

  it('throws for a block over the limit, which it names', async () => {
    const feed = create().add()
    expect(() => feed.append(['good', Buffer.alloc(MAX_BLOCK_BYTES + 1)])).toThrow(
      expect.objectContaining({ code: 'ERR_BLOCK_TOO_LARGE', message: expect.stringContaining(`${MAX_BLOCK_BYTES}`) })
    )
    await feed.append(Buffer.alloc(MAX_BLOCK_BYTES))
    expect(feed.blocks).toBe(1)
  })

  it('fails to finalize after an append failed that nobody looked at, once', async () => {
    const { feed, failing } = failingFeed()
    failing.on = true
    feed.append('lost')
    await once(failing.events, 'failed')
    failing.on = false
    await expect(feed.finalize()).rejects.toThrow('disk full')
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })

  it('goes on after a failed append that was looked at', async () => {
    const { feed, failing } = failingFeed()
    failing.on = true
    await expect(feed.append('lost')).rejects.toThrow('disk full')
    const error = await new Promise((resolve) => feed.append('lost', resolve))
    expect(error).toMatchObject({ message: 'disk full' })
    failing.on = false
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })

  it('fails to finalize when an append before it fails', async () => {
    const { feed, failing } = failingFeed()
    failing.on = true
    feed.append('lost')
    await expect(feed.finalize()).rejects.toThrow('disk full')
    expect(feed.id).toBeNull()
    failing.on = false
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  })
})

describe('reading', () => {
  it('takes an id in hexadecimal digits of either case, as bytes, and as a link', async () => {
    const core = create()
    const id = await write(core, ['hello', 'world'])
    for (const link of [HELLO_WORLD, HELLO_WORLD.toUpperCase(), id, new Uint8Array(id), { id }, { id: HELLO_WORLD }]) {
      const feed = core.get(link)
      expect(feed.id).toEqual(id)
      expect(await feed.get(0)).toEqual(Buffer.from('hello'))
    }
  })

  it.each([['', 'abc', `${HELLO_WORLD}00`, 'x'.repeat(64), Buffer.alloc(31), 5, null, undefined, { id: 1 }]])(
    'throws a TypeError for %j as an id',
    (id) => {
      expect(() => create().get(id as never)).toThrow(TypeError)
    }
  )

  it('knows its length once it is ready', async () => {
    const core = create()
    const feed = core.get(await write(core, ['hello', 'world']))
    await feed.ready()
    expect(feed.blocks).toBe(2)
  })

  it('throws on has before it is open', async () => {
    const core = create()
    const feed = core.get(HELLO_WORLD)
    expect(feed.opened).toBe(false)
    expect(() => feed.has(0)).toThrow(expect.objectContaining({ code: 'ERR_FEED_NOT_OPEN' }))
    await once(feed, 'open')
    expect(feed.opened).toBe(true)
    expect(feed.has(0)).toBe(false)
    expect(() => feed.has(-1)).toThrow(RangeError)
  })

  it.each([[-1], [0.5], [Number.NaN], ['0'], [2 ** 53]])('fails with a RangeError for the index %j', async (index) => {
    const feed = create().get(HELLO_WORLD)
    await expect(feed.get(index as never)).rejects.toThrow(RangeError)
    const error = await new Promise((resolve) => feed.get(index as never, resolve))
    expect(error).toBeInstanceOf(RangeError)
  })

  it('gives each caller bytes of its own', async () => {
    const core = create()
    const feed = core.get(await write(core, ['hello']))
    const [one, other] = await Promise.all([feed.get(0), feed.get(0)])
    one!.fill(0)
    expect(other).toEqual(Buffer.from('hello'))
    expect(await feed.get(0)).toEqual(Buffer.from('hello'))
  })

  it('fails what waits with a ClosedError when it is closed', async () => {
    const feed = create().get(HELLO_WORLD)
    const waiting = feed.get(0)
    await feed.close()
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    await expect(feed.get(0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })
})

describe('replicating', () => {
  it('fetches the whole feed by getting it', async () => {
    const [core, remote] = [create(), create()]
    const blocks = Array.from({ length: 50 }, (_, i) => `block ${i}`)
    const feed = remote.get(await write(core, blocks))
    const put = new Map<number, string>()
    replicate(core, remote)
    await new Promise<void>((resolve) => {
      feed.on('put', (block, data, proof) => {
        expect(data).toBeInstanceOf(Buffer)
        expect(proof.every(({ index, hash }) => Number.isInteger(index) && Buffer.isBuffer(hash))).toBe(true)
        put.set(block, data.toString())
        if (put.size === blocks.length) resolve()
      })
    })
    expect(blocks.map((_, i) => put.get(i))).toEqual(blocks)
    expect(feed.has(49)).toBe(true)
  })

  it('emits get for what it sends', async () => {
    const [core, remote] = [create(), create()]
    const id = await write(core, ['hello', 'world'])
    const sent = once(core.get(id), 'get')
    remote.get(id)
    replicate(core, remote)
    const [block, data] = await sent
    expect(data.toString()).toBe(block === 0 ? 'hello' : 'world')
  })

  it('gives null past the end once the length is known', async () => {
    const [core, remote] = [create(), create()]
    const feed = remote.get(await write(core, ['hello', 'world']))
    const past = feed.get(2)
    const first = feed.get(0)
    replicate(core, remote)
    expect(await past).toBeNull()
    expect(await first).toEqual(Buffer.from('hello'))
  })

  it('tells what is waited for', async () => {
    const [core, remote] = [create(), create()]
    const feed = remote.get(await write(core, ['hello', 'world']))
    const told: Array<[string, number]> = []
    feed.on('want', (block) => told.push(['want', block]))
    feed.on('unwant', (block) => told.push(['unwant', block]))
    const wanted = once(feed, 'want')
    const block = feed.get(1)
    await wanted
    replicate(core, remote)
    await block
    await feed.get(1)
    expect(told).toEqual([
      ['want', 1],
      ['unwant', 1]
    ])
  })
})

/** A feed over a store whose commits can be made to fail. */
function failingFeed(): { feed: Feed; failing: { on: boolean; events: EventEmitter } } {
  const storage = memoryStorage()
  const failing = { on: false, events: new EventEmitter() }
  const createFeed = storage.createFeed.bind(storage)
  storage.createFeed = (key) => {
    const feed = createFeed(key)
    const commit = feed.commit.bind(feed)
    feed.commit = async (change, options) => {
      if (failing.on) {
        setImmediate(() => failing.events.emit('failed'))
        throw new Error('disk full')
      }
      return commit(change, options)
    }
    return feed
  }
  return { feed: hypercore(storage).add(), failing }
}
