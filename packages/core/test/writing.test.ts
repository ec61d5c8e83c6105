import { createHash } from 'node:crypto'
import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, seededBlocks, utf8 } from './content.ts'
import { FaultyStorage } from './faulty-storage.ts'
import { GrownTree } from './grown-tree.ts'
import { connect } from './pipe.ts'
import { turn, until } from './until.ts'

const tree = new GrownTree(seededBlocks(20))

describe('appending', () => {
  it('gives the same feed however the blocks come: one by one, in batches, before it has opened, without waiting', async () => {
    const core = createCore({ storage: memoryStorage() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 12 }),
        async (batches) => {
          const blocks = seededBlocks(
            batches.reduce((sum, [count]) => sum + count, 0),
            'batches'
          )
          const feed = core.add()
          let next = 0
          const pending: Array<Promise<void>> = []
          for (const [count, waits] of batches) {
            pending.push(feed.append(blocks.slice(next, next + count)))
            next += count
            if (waits) await pending.at(-1)
          }
          await Promise.all(pending)
          expect(feed.blocks).toBe(blocks.length)
          expect(feed.byteLength).toBe(blocks.reduce((sum, block) => sum + block.length, 0))
          const id = await feed.finalize()
          expect(hex(id)).toBe(blocks.length === 0 ? '' : hex(new GrownTree(blocks).id))
          await feed.close()
        }
      ),
      { seed: 7, numRuns: 60 }
    )
    await core.close()
  })

  it('a store hears of the blocks of the next batch while it works on the one before', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    await feed.open()
    let release = () => {}
    storage.gate = new Promise((resolve) => {
      release = resolve
    })
    const blocks = seededBlocks(5)
    const long = new Uint8Array(4 * 1024 * 1024)
    const appended = [blocks, [long], [long], ['behind']].map((values) => feed.append(values))
    const heard = () => storage.expected.map(hex)
    await until(() => heard().length > 0)
    const leaf = (block: Uint8Array) => hex(new Uint8Array(createHash('sha256').update('\0').update(block).digest()))
    expect(heard()).toEqual([leaf(long)])
    release()
    await Promise.all(appended)
    expect(hex(await feed.finalize())).toBe(hex(new GrownTree([...blocks, long, long, Buffer.from('behind')]).id))
    await core.close()
  })

  it('keeps the order of calls around the moment of opening', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    const pending = [feed.append('0')]
    feed.on('open', () => {
      pending.push(feed.append('1'))
    })
    void feed.open().then(() => pending.push(feed.append('2')))
    await feed.open()
    await turn()
    await Promise.all(pending)
    const blocks: string[] = []
    for await (const block of feed.read()) blocks.push(utf8(block))
    expect(blocks).toEqual(['0', '1', '2'])
    await core.close()
  })

  it('tells of a failed append when it is flushed, also of one made before the feed had opened', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    storage.failing.add('commit')
    const append = feed.append('lost')
    const flush = feed.flush()
    await expect(append).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    await expect(flush).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.clear()
    await feed.append('kept')
    await feed.flush()
    expect(feed.blocks).toBe(1)
    await core.close()
  })

  it('copies what it is given, and what it gives: strings, Buffers, views, empty blocks', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    const buffer = Buffer.from('buffer')
    const view = new Uint8Array(100).subarray(10, 13).fill(7)
    const early = feed.append([buffer, view])
    buffer.fill(0)
    view.fill(0)
    await early
    const late = Buffer.from('later')
    const appended = feed.append(['ünï', late, new Uint8Array(0)])
    late.fill(0)
    await appended
    const first = (await feed.get(0)) as Uint8Array
    expect(utf8(first)).toBe('buffer')
    first.fill(0)
    const id = (await feed.finalize()) as Uint8Array
    const blocks: string[] = []
    for await (const block of feed.read()) {
      blocks.push(utf8(block))
      block.fill(0)
    }
    expect(blocks).toEqual(['buffer', '\x07\x07\x07', 'ünï', 'later', ''])
    id.fill(0)
    expect(hex(feed.id)).not.toBe(hex(id))
    expect(utf8(await feed.get(2))).toBe('ünï')
    await core.close()
  })

  it('takes arrays over when it is told to', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    await feed.append(
      tree.blocks.map((block) => block.slice()),
      { transfer: true }
    )
    expect(hex(await feed.finalize())).toBe(hex(tree.id))
    await core.close()
  })

  it('refuses what is no block, before anything is written', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    for (const wrong of [1, null, undefined, {}, ['x', 3], [[1, 2]], new ArrayBuffer(3)]) {
      await expect(feed.append(wrong as never)).rejects.toThrow(TypeError)
    }
    expect(feed.blocks).toBe(0)
    await feed.append([])
    expect(await feed.finalize()).toBe(null)
    await core.close()
  })

  it('is over once the feed is finalized, being finalized, or closed', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    await feed.append('x')
    const finalizing = feed.finalize()
    await expect(feed.append('y')).rejects.toMatchObject({ code: 'ERR_FEED_FINALIZED' })
    await finalizing
    await expect(feed.append('y')).rejects.toMatchObject({ code: 'ERR_FEED_FINALIZED' })
    await expect(feed.finalize()).rejects.toMatchObject({ code: 'ERR_FEED_FINALIZED' })
    await feed.close()
    await expect(feed.append('y')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    await core.close()
    expect(() => core.add()).toThrow('closed')
  })

  it('that was taken before a close is stored', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.add()
    const { key } = feed
    const appended = feed.append(['early', 'bird'])
    await feed.close()
    await appended
    const again = core.resume(key as Uint8Array)
    await again.open()
    expect(again.blocks).toBe(2)
    await core.close()
  })
})

describe('finalizing', () => {
  it('gives one id, however often it is asked at once', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    await feed.append(tree.blocks)
    const ids = await Promise.all([feed.finalize(), feed.finalize(), feed.finalize()])
    expect(ids.map(hex)).toEqual([hex(tree.id), hex(tree.id), hex(tree.id)])
    expect(await feed.get(3)).toEqual(tree.blocks[3])
    const records = []
    for await (const record of core.list()) records.push(record)
    expect(records).toMatchObject([{ blocks: 20, complete: true }])
    await core.close()
  })

  it('an empty feed gives null, and goes on', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    expect([await feed.finalize(), feed.id, feed.blocks]).toEqual([null, null, 0])
    await feed.append(tree.blocks)
    expect(hex(await feed.finalize())).toBe(hex(tree.id))
    await core.close()
  })

  it('of the same content twice, also at once, gives one feed', async () => {
    for (const atOnce of [false, true]) {
      const core = createCore({ storage: memoryStorage() })
      const [first, second] = [core.add(), core.add()]
      await first.append(tree.blocks)
      await second.append(tree.blocks)
      if (!atOnce) await first.finalize()
      const ids = await Promise.all(atOnce ? [first.finalize(), second.finalize()] : [second.finalize()])
      for (const id of ids) expect(hex(id)).toBe(hex(tree.id))
      const records = []
      for await (const record of core.list()) records.push(record)
      expect(records).toHaveLength(1)
      for await (const record of core.unfinished()) expect(record).toBeUndefined()
      await first.close()
      expect(await second.get(19)).toEqual(tree.blocks[19])
      await core.close()
    }
  })

  it('of content that is here in part completes it, for those who wait for it too', async () => {
    const source = createCore({ storage: memoryStorage() })
    const origin = source.add()
    await origin.append(tree.blocks)
    await origin.finalize()
    const core = createCore({ storage: memoryStorage() })
    const partial = core.get(tree.id)
    const link = connect(core, source)
    for (const block of [3, 4, 11]) await partial.get(block)
    link.cut()
    await link.ends
    const waiting = partial.get(7)
    const progress: number[] = []
    const download = partial.download()
    download.on('progress', (downloaded) => progress.push(downloaded))
    const written = core.add()
    await written.append(tree.blocks)
    expect(hex(await written.finalize())).toBe(hex(tree.id))
    expect(await waiting).toEqual(tree.blocks[7])
    await download.done
    expect(progress.at(-1)).toBe(20)
    expect([partial.held, partial.complete, partial.byteLength]).toEqual([20, true, written.byteLength])
    expect(partial.byteLength).toBe(tree.blocks.reduce((sum, block) => sum + block.length, 0))
    await Promise.all([core.close(), source.close()])
  })

  it('does not wait for itself when somebody asks for the id meanwhile', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const storage = new FaultyStorage()
      const core = createCore({ storage })
      const [feed, other] = [core.add(), core.add()]
      await feed.append(tree.blocks)
      await other.append('other')
      const both = [other.finalize(), feed.finalize()]
      for (let i = 0; i < turns; i++) await Promise.resolve()
      const handle = core.get(tree.id)
      expect(hex((await Promise.all(both))[1])).toBe(hex(tree.id))
      expect(await handle.get(2, { timeout: 5000 })).toEqual(tree.blocks[2])
      await core.close()
    }
  })

  it('that fails while merging loses nothing', async () => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const source = createCore({ storage: memoryStorage() })
    const origin = source.add()
    await origin.append(tree.blocks)
    await origin.finalize()
    const partial = core.get(tree.id)
    const link = connect(core, source)
    await partial.get(0)
    link.cut()
    const written = core.add()
    await written.append(tree.blocks)
    storage.failing.add('commit')
    await expect(written.finalize()).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    storage.failing.clear()
    expect(written.blocks).toBe(20)
    expect(await written.get(9)).toEqual(tree.blocks[9])
    expect(hex(await written.finalize())).toBe(hex(tree.id))
    expect(partial.complete).toBe(true)
    await Promise.all([core.close(), source.close()])
  })

  it('leaves nothing in use when the handle was closed meanwhile', async () => {
    const core = createCore({ storage: memoryStorage() })
    const events: string[] = []
    core.on('interested', () => events.push('interested'))
    core.on('uninterested', () => events.push('uninterested'))
    const feed = core.add()
    await feed.append(tree.blocks)
    const [result] = await Promise.allSettled([feed.finalize(), feed.close()])
    expect(core.interests).toEqual([])
    expect(events.filter((event) => event === 'interested').length).toBe(events.length / 2)
    expect(['fulfilled', 'rejected']).toContain(result.status)
    await core.close()
  })

  it('closes and opens: resume, discard and delete', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    await feed.append(tree.blocks.slice(0, 7))
    const key = feed.key as Uint8Array
    const same = core.resume(hex(key))
    expect(same.blocks).toBe(7)
    await feed.close()
    await same.append(tree.blocks.slice(7))
    await same.close()
    const again = core.resume(key)
    expect(hex(await again.finalize())).toBe(hex(tree.id))
    expect(again.key).toBe(null)
    await expect(core.resume(key).open()).rejects.toMatchObject({ code: 'ERR_FEED_FINALIZED' })
    await expect(core.resume(new Uint8Array(32)).open()).rejects.toMatchObject({ code: 'ERR_FEED_UNKNOWN' })
    expect(await core.discard(key)).toBe(false)
    const got = again.get(3)
    expect(await core.delete(tree.id)).toBe(true)
    await got.catch(() => {})
    await expect(again.get(3)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(await core.delete(tree.id)).toBe(false)
    const third = core.add()
    await third.append('x')
    expect(await core.discard(third.key as Uint8Array)).toBe(true)
    expect(await core.discard(third.key as Uint8Array)).toBe(false)
    await core.close()
  })
})
