import type { Durability, FeedStorage, Storage } from '@anyfeed/interfaces'
import { HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { block, bytes32, havePage, leaf, makeFeed, node, record, recordsOf, textOf } from './storage-fixtures.ts'

/** A place where a store keeps its feeds. */
export interface Place {
  /** A store over what is in this place; the one before was closed. */
  store(): Storage
  /** Whether a second store over the place can be made, as another process would. */
  rival?(): Storage
  remove(): Promise<void>
}

/** What every storage does, in the words of the seam. `keeps`: what was committed is there for the next store. */
export function storageBehaviour(name: string, makePlace: () => Promise<Place>, keeps: boolean): void {
  describe(`a storage: ${name}`, () => {
    let place: Place
    let storage: Storage

    beforeEach(async () => {
      place = await makePlace()
      storage = place.store()
      await storage.open()
    })

    afterEach(async () => {
      await storage.close()
      await place.remove()
    })

    async function reopen(): Promise<void> {
      await storage.close()
      storage = place.store()
      await storage.open()
    }

    describe('opening and closing', () => {
      it('may be opened again', async () => {
        await makeFeed(storage, 'a', ['x'])
        await storage.open()
        expect(await recordsOf(storage)).toHaveLength(1)
      })

      it('rejects every member before it is opened', async () => {
        await storage.close()
        storage = place.store()
        await expect(storage.openFeed(bytes32('a'))).rejects.toMatchObject({ code: 'ERR_CLOSED' })
        await storage.open()
        expect(await storage.openFeed(bytes32('b'))).toBeUndefined()
      })

      it('rejects every member after close, which may be called again', async () => {
        const feed = await makeFeed(storage, 'a', ['x'])
        await storage.close()
        await storage.close()
        const closed = { code: 'ERR_CLOSED' }
        await expect(storage.open()).rejects.toMatchObject(closed)
        await expect(recordsOf(storage)).rejects.toMatchObject(closed)
        await expect(storage.openFeed(bytes32('a'))).rejects.toMatchObject(closed)
        await expect(storage.findFeed(bytes32('a'))).rejects.toMatchObject(closed)
        await expect(storage.deleteFeed(bytes32('a'))).rejects.toMatchObject(closed)
        expect(() => storage.createFeed(bytes32('b'))).toThrow(expect.objectContaining(closed))
        await expectClosed(feed)
        expect(storage.supports).toBeDefined()
      })

      it('waits for commits under way when it closes', async () => {
        const feed = storage.createFeed(bytes32('a'))
        const settled: string[] = []
        const commits = Array.from({ length: 5 }, (_, index) =>
          feed
            .commit({ record: record('a', { blocks: index + 1 }), blocks: [block(index, `block ${index}`)] })
            .then(() => settled.push('commit'))
        )
        await storage.close().then(() => settled.push('close'))
        await Promise.all(commits)
        expect(settled).toEqual(['commit', 'commit', 'commit', 'commit', 'commit', 'close'])
        if (!keeps) return
        await reopen()
        const found = await storage.openFeed(bytes32('a'))
        expect(found?.record?.blocks).toBe(5)
        expect(await textOf(found!, 4)).toBe('block 4')
      })

      it('rejects a second opener with a LockedError, which may open it later', async ({ skip }) => {
        const rival = place.rival?.()
        if (rival === undefined) return skip('no second opener can be made')
        await makeFeed(storage, 'a', ['x'])
        await expect(rival.open()).rejects.toMatchObject({ code: 'ERR_LOCKED', cause: expect.anything() })
        await storage.close()
        await rival.open()
        storage = rival
        expect(await textOf((await storage.openFeed(bytes32('a')))!, 0)).toBe('x')
      })
    })

    describe('feeds', () => {
      it('knows no feed that was not made', async () => {
        expect(await storage.openFeed(bytes32('a'))).toBeUndefined()
        expect(await storage.findFeed(bytes32('a'))).toBeUndefined()
        expect(await recordsOf(storage)).toEqual([])
        await storage.deleteFeed(bytes32('a'))
      })

      it('writes nothing before the first commit', async () => {
        const feed = storage.createFeed(bytes32('a'))
        expect(feed.record).toBeUndefined()
        expect(await feed.getBlock(0)).toBeUndefined()
        expect(await feed.getNodes([0, 1])).toEqual([undefined, undefined])
        expect(await feed.getHave()).toEqual([])
        expect(await storage.openFeed(bytes32('a'))).toBeUndefined()
        expect(await recordsOf(storage)).toEqual([])
      })

      it('gives the same object for a feed, however it is asked for', async () => {
        const made = storage.createFeed(bytes32('a'))
        await made.commit({ record: record('a', { id: bytes32('id') }) })
        expect(await storage.openFeed(bytes32('a'))).toBe(made)
        expect(await storage.findFeed(bytes32('id'))).toBe(made)
        if (!keeps) return
        await reopen()
        const [one, two, three] = await Promise.all([
          storage.openFeed(bytes32('a')),
          storage.openFeed(bytes32('a')),
          storage.findFeed(bytes32('id'))
        ])
        expect(one).toBeDefined()
        expect(two).toBe(one)
        expect(three).toBe(one)
      })

      it('lists the records of all feeds, the unfinished ones too', async () => {
        await makeFeed(storage, 'a', ['one', 'two'], { id: bytes32('id a') })
        await makeFeed(storage, 'b', ['three'], { complete: false })
        const expected = [
          record('a', { id: bytes32('id a'), blocks: 2, complete: true, byteLength: 6 }),
          record('b', { blocks: 1, byteLength: 5 })
        ].sort((a, b) => Buffer.compare(a.key, b.key))
        expect(await recordsOf(storage)).toEqual(expected)
        if (!keeps) return
        await reopen()
        expect(await recordsOf(storage)).toEqual(expected)
      })

      it('ends a listing with an AbortedError when the signal fires', async () => {
        for (const name of ['a', 'b', 'c']) await makeFeed(storage, name, [name])
        const abort = new AbortController()
        const seen: unknown[] = []
        const list = async (): Promise<void> => {
          for await (const entry of storage.feeds({ signal: abort.signal })) {
            seen.push(entry)
            abort.abort('enough')
          }
        }
        await expect(list()).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' })
        expect(seen).toHaveLength(1)
      })

      it('keeps feeds apart, also where their keys differ only in the last byte', async () => {
        const keys = [0, 1, 254, 255].map((last) => new Uint8Array(32).fill(255, 0, 31).fill(last, 31))
        for (const [place, key] of keys.entries()) {
          const one = block(0, `of ${place}`)
          const feed = storage.createFeed(key)
          await feed.commit({
            record: { ...record(''), key, blocks: 1 },
            nodes: [leaf(one), node(1, `${place}`)],
            blocks: [one],
            have: [havePage(place, [place * HAVE_PAGE_BLOCKS])]
          })
        }
        await storage.deleteFeed(keys[1]!)
        await storage.deleteFeed(keys[3]!)
        for (const place of [0, 2]) {
          const feed = (await storage.openFeed(keys[place]!))!
          expect(await textOf(feed, 0)).toBe(`of ${place}`)
          expect(await feed.getNodes([1])).toEqual([bytes32(`${place}`)])
          expect((await feed.getHave()).map(({ page }) => page)).toEqual([place])
        }
        expect(await storage.openFeed(keys[1]!)).toBeUndefined()
        expect(await storage.openFeed(keys[3]!)).toBeUndefined()
      })

      it('takes no key or id of another length', async () => {
        await expect(storage.openFeed(new Uint8Array(31))).rejects.toThrow(RangeError)
        await expect(storage.findFeed(new Uint8Array(33))).rejects.toThrow(RangeError)
        expect(() => storage.createFeed(new Uint8Array(0))).toThrow(RangeError)
      })
    })

    describe('a commit', () => {
      it('makes all of its parts visible', async () => {
        const feed = storage.createFeed(bytes32('a'))
        const blocks = [block(3, 'three'), block(0, ''), block(9000, 'far')]
        const change = {
          record: record('a', { id: bytes32('id'), blocks: 9001, byteLength: 8 }),
          nodes: [node(8191), ...blocks.map(leaf), node(1)],
          blocks,
          have: [havePage(1, [9000]), havePage(0, [0, 3])]
        }
        await feed.commit(change)
        const check = async (found: FeedStorage): Promise<void> => {
          expect(found.record).toEqual(change.record)
          expect(await textOf(found, 3)).toBe('three')
          expect(await textOf(found, 0)).toBe('')
          expect(await textOf(found, 9000)).toBe('far')
          expect(await found.getBlock(1)).toBeUndefined()
          expect(await found.getNodes([18000, 1, 3, 8191, 6, 1])).toEqual([
            blocks[2]!.hash,
            bytes32('node 1'),
            undefined,
            bytes32('node 8191'),
            blocks[0]!.hash,
            bytes32('node 1')
          ])
          expect(await found.getHave()).toEqual([havePage(0, [0, 3]), havePage(1, [9000])])
        }
        await check(feed)
        if (!keeps) return
        await reopen()
        await check((await storage.openFeed(bytes32('a')))!)
      })

      it('keeps what it does not mention, and overwrites what it does', async () => {
        const feed = await makeFeed(storage, 'a', ['one', 'two'])
        const before = feed.record
        const other = block(1, 'other')
        await feed.commit({ nodes: [leaf(other), node(5)], blocks: [other], have: [havePage(0, [0])] })
        await feed.commit({ nodes: [node(5, 'newer')], have: [havePage(0, [1])] })
        expect(feed.record).toEqual(before)
        expect(await textOf(feed, 0)).toBe('one')
        expect(await textOf(feed, 1)).toBe('other')
        expect(await feed.getNodes([2, 5])).toEqual([other.hash, bytes32('newer')])
        expect(await feed.getHave()).toEqual([havePage(0, [1])])
      })

      it('drops blocks and keeps their nodes', async () => {
        const feed = await makeFeed(storage, 'a', ['one', 'two', 'three'])
        await feed.commit({ dropped: [1, 77], record: record('a', { blocks: 3 }), have: [havePage(0, [0, 2])] })
        expect(await feed.getBlock(1)).toBeUndefined()
        expect(await textOf(feed, 0)).toBe('one')
        expect(await textOf(feed, 2)).toBe('three')
        expect(await feed.getNodes([2])).toEqual([block(1, 'two').hash])
        const again = block(1, 'two')
        await feed.commit({ blocks: [again], nodes: [leaf(again)] })
        expect(await textOf(feed, 1)).toBe('two')
      })

      it('gives only have pages with a bit set', async () => {
        const feed = await makeFeed(storage, 'a', ['one'])
        await feed.commit({ have: [havePage(0, [0]), havePage(1, []), havePage(300, [300 * HAVE_PAGE_BLOCKS + 9])] })
        expect((await feed.getHave()).map(({ page }) => page)).toEqual([0, 300])
        await feed.commit({ have: [havePage(0, [])] })
        expect((await feed.getHave()).map(({ page }) => page)).toEqual([300])
      })

      it('takes indexes up to 2^53 - 1', async () => {
        const indexes = [2 ** 53 - 1, 2 ** 53 - 2, 2 ** 52, 2 ** 52 - 1, 2 ** 33, 2 ** 32 - 1, 2 ** 31, 2 ** 31 - 1]
        const feed = await makeFeed(storage, 'a', ['one'])
        const far = block(2 ** 52 - 1, 'the last there can be')
        await feed.commit({ nodes: indexes.map((index) => node(index)) })
        await feed.commit({ blocks: [far], nodes: [leaf(far)], have: [havePage(2 ** 39 - 1, [])] })
        const expected = indexes.map((index) => (index === 2 ** 53 - 2 ? far.hash : bytes32(`node ${index}`)))
        expect(await feed.getNodes(indexes)).toEqual(expected)
        expect(await textOf(feed, far.index)).toBe('the last there can be')
        expect(await feed.getNodes([2 ** 53 - 3, 2 ** 33 + 1])).toEqual([undefined, undefined])
        await expect(feed.commit({ nodes: [node(2 ** 53)] })).rejects.toThrow(RangeError)
        await expect(feed.commit({ nodes: [node(-1)] })).rejects.toThrow(RangeError)
      })

      it('takes effect in the order of the calls', async () => {
        const feed = await makeFeed(storage, 'a', ['one'])
        const commits: Promise<void>[] = []
        for (let round = 1; round <= 40; round++) {
          const one = block(0, `round ${round}`)
          // Sizes differ, so that a store which let them overtake each other would.
          const ballast = block(1, new Uint8Array(((round * 7919) % 13) * 20_000).fill(round))
          commits.push(
            feed.commit({
              record: record('a', { blocks: 2, byteLength: round }),
              nodes: [leaf(one), leaf(ballast), node(1, `round ${round}`)],
              blocks: [one, ballast]
            })
          )
        }
        await Promise.all(commits)
        expect(feed.record?.byteLength).toBe(40)
        expect(await textOf(feed, 0)).toBe('round 40')
        expect(await feed.getNodes([1])).toEqual([bytes32('round 40')])
      })

      it('is seen by reads under way whole or not at all', async () => {
        const feed = await makeFeed(storage, 'a', ['one'])
        // Nodes far apart, which no store keeps in one place, and two have pages.
        const indexes = [1, 4095, 999_999, 2 ** 40 - 1]
        const change = (round: number) => ({
          nodes: indexes.map((index) => node(index, `round ${round}`)),
          have: [havePage(0, [round]), havePage(9, [9 * HAVE_PAGE_BLOCKS + round])]
        })
        await feed.commit(change(0))
        let reads = 0
        let done = false
        const commits = (async () => {
          for (let round = 1; round <= 60; round++) await feed.commit(change(round))
          done = true
        })()
        while (!done) {
          const [nodes, have] = await Promise.all([feed.getNodes(indexes), feed.getHave()])
          expect(new Set(nodes.map((hash) => Buffer.from(hash!).toString('hex'))).size).toBe(1)
          expect(have[0]!.bits).toEqual(have[1]!.bits)
          reads++
          // Lets a store that answers at once have its commits as well.
          await new Promise((resolve) => setImmediate(resolve))
        }
        await commits
        expect(reads).toBeGreaterThan(0)
        expect(await feed.getNodes([1])).toEqual([bytes32('round 60')])
      })

      it('never loses a block to a read while it is overwritten', async () => {
        const feed = await makeFeed(storage, 'a', ['round 0'])
        let done = false
        const commits = (async () => {
          for (let round = 1; round <= 60; round++) {
            const one = block(0, `round ${round}`)
            await feed.commit({ nodes: [leaf(one)], blocks: [one] })
          }
          done = true
        })()
        let reads = 0
        while (!done) {
          for (const text of await Promise.all([textOf(feed, 0), textOf(feed, 0)])) expect(text).toMatch(/^round \d+$/)
          reads++
          await new Promise((resolve) => setImmediate(resolve))
        }
        await commits
        expect(reads).toBeGreaterThan(0)
        expect(await textOf(feed, 0)).toBe('round 60')
      })

      it('must bring a record the first time, and the key of its feed', async () => {
        const feed = storage.createFeed(bytes32('a'))
        await expect(feed.commit({ nodes: [node(1)] })).rejects.toThrow(TypeError)
        await expect(feed.commit({ record: record('b') })).rejects.toThrow(TypeError)
        expect(feed.record).toBeUndefined()
        expect(await feed.getNodes([1])).toEqual([undefined])
        await feed.commit({ record: record('a') })
        expect(feed.record).toEqual(record('a'))
      })

      it('rejects an id that another feed has, and changes nothing', async () => {
        const first = await makeFeed(storage, 'a', ['one'], { id: bytes32('id') })
        const second = await makeFeed(storage, 'b', ['two'])
        const before = second.record
        const three = block(0, 'three')
        const change = {
          record: record('b', { id: bytes32('id'), blocks: 1 }),
          nodes: [leaf(three), node(1)],
          blocks: [three],
          have: [havePage(0, [0])]
        }
        await expect(second.commit(change)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
        expect(second.record).toEqual(before)
        expect(await textOf(second, 0)).toBe('two')
        expect(await second.getNodes([0, 1])).toEqual([block(0, 'two').hash, undefined])
        expect(await second.getHave()).toEqual([])
        expect(await storage.findFeed(bytes32('id'))).toBe(first)
        await storage.deleteFeed(bytes32('a'))
        await second.commit(change)
        expect(await storage.findFeed(bytes32('id'))).toBe(second)
      })

      it('lets one of many have an id', async () => {
        const names = ['a', 'b', 'c', 'd', 'e']
        const results = await Promise.allSettled(
          names.map((name) => storage.createFeed(bytes32(name)).commit({ record: record(name, { id: bytes32('id') }) }))
        )
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        expect(await recordsOf(storage)).toHaveLength(1)
        expect((await storage.findFeed(bytes32('id')))?.record?.id).toEqual(bytes32('id'))
      })

      it('is as durable as asked for, or rejects with a RangeError and changes nothing', async () => {
        const order: Durability[] = ['memory', 'process', 'machine']
        const most = order.indexOf(storage.supports.durability)
        const feed = await makeFeed(storage, 'a', ['one'])
        for (const [rank, durability] of order.entries()) {
          const commit = feed.commit({ record: record('a', { blocks: 10 + rank }) }, { durability })
          if (rank <= most) await commit
          else await expect(commit).rejects.toThrow(RangeError)
          expect(feed.record?.blocks).toBe(10 + Math.min(rank, most))
        }
        await expect(feed.commit({}, { durability: 'ages' as Durability })).rejects.toThrow(RangeError)
      })
    })

    describe('buffers', () => {
      it('gives arrays that the caller may change', async () => {
        const feed = storage.createFeed(bytes32('a'))
        const one = block(0, 'one')
        await feed.commit({
          record: record('a', { id: bytes32('id'), blocks: 1 }),
          nodes: [leaf(one)],
          blocks: [one],
          have: [havePage(0, [0])]
        })
        for (let time = 0; time < 2; time++) {
          const found = (await storage.openFeed(bytes32('a')))!
          const data = (await found.getBlock(0))!
          expect(Buffer.from(data).toString()).toBe('one')
          expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype)
          data.fill(1)
          const [hash] = await found.getNodes([0])
          expect(hash).toEqual(block(0, 'one').hash)
          expect(Object.getPrototypeOf(hash)).toBe(Uint8Array.prototype)
          hash!.fill(1)
          const [page] = await found.getHave()
          expect(page).toEqual(havePage(0, [0]))
          page!.bits.fill(1)
          expect(found.record).toEqual(record('a', { id: bytes32('id'), blocks: 1 }))
          found.record!.key.fill(1)
          found.record!.id!.fill(1)
          const [listed] = await recordsOf(storage)
          expect(listed).toEqual(record('a', { id: bytes32('id'), blocks: 1 }))
          listed!.key.fill(1)
          listed!.id!.fill(1)
        }
        expect(await storage.findFeed(bytes32('id'))).toBe(feed)
      })

      it('takes views on larger buffers, and Buffers', async () => {
        const large = new Uint8Array(100_000).fill(7)
        const one = { ...block(0, large.slice(500, 600)), data: large.subarray(500, 600) }
        const two = { ...block(1, 'two'), data: Buffer.from('two') }
        const feed = storage.createFeed(bytes32('a'))
        await feed.commit({ record: record('a', { blocks: 2 }), nodes: [leaf(one), leaf(two)], blocks: [one, two] })
        expect(await feed.getBlock(0)).toEqual(large.slice(500, 600))
        expect(await feed.getBlock(1)).toEqual(new Uint8Array(two.data))
      })

      it('keeps its own copy of a key it was given', async () => {
        const key = bytes32('a')
        const feed = storage.createFeed(key)
        key.fill(0)
        await feed.commit({ record: record('a') })
        expect(await storage.openFeed(bytes32('a'))).toBe(feed)
      })
    })

    describe('equal blocks', () => {
      it('are here only for the feeds that hold them', async () => {
        await makeFeed(storage, 'a', ['shared', 'own'])
        const other = storage.createFeed(bytes32('b'))
        await other.commit({
          record: record('b', { blocks: 2 }),
          nodes: [leaf(block(0, 'shared')), leaf(block(1, 'own'))]
        })
        expect(await other.getBlock(0)).toBeUndefined()
        const shared = block(0, 'shared')
        await other.commit({ blocks: [shared], nodes: [leaf(shared)] })
        expect(await textOf(other, 0)).toBe('shared')
        expect(await other.getBlock(1)).toBeUndefined()
      })

      it('stay until the last place of the last feed gives them up', async () => {
        const a = await makeFeed(storage, 'a', ['same', 'same', 'same'])
        const b = await makeFeed(storage, 'b', ['same'])
        await a.commit({ dropped: [0] })
        expect(await a.getBlock(0)).toBeUndefined()
        expect(await textOf(a, 1)).toBe('same')
        await storage.deleteFeed(bytes32('b'))
        await expectClosed(b)
        expect(await textOf(a, 2)).toBe('same')
        await a.commit({ dropped: [1] })
        expect(await textOf(a, 2)).toBe('same')
        await a.commit({ dropped: [2] })
        expect(await Promise.all([0, 1, 2].map((index) => a.getBlock(index)))).toEqual([
          undefined,
          undefined,
          undefined
        ])
      })

      it('may change places in one commit', async () => {
        const feed = await makeFeed(storage, 'a', ['moves', 'other'])
        const moved = block(5, 'moves')
        await feed.commit({ dropped: [0], blocks: [moved], nodes: [leaf(moved)] })
        expect(await feed.getBlock(0)).toBeUndefined()
        expect(await textOf(feed, 5)).toBe('moves')
        const [one, two] = [block(1, 'moves'), block(5, 'other')]
        await feed.commit({ blocks: [one, two], nodes: [leaf(one), leaf(two)] })
        expect(await textOf(feed, 1)).toBe('moves')
        expect(await textOf(feed, 5)).toBe('other')
      })
    })

    describe('deletion', () => {
      it('removes a feed for every reader', async () => {
        const feed = await makeFeed(storage, 'a', ['one', 'two'], { id: bytes32('id') })
        await makeFeed(storage, 'b', ['three'])
        await storage.deleteFeed(bytes32('a'))
        await expectClosed(feed)
        const check = async (): Promise<void> => {
          expect(await storage.openFeed(bytes32('a'))).toBeUndefined()
          expect(await storage.findFeed(bytes32('id'))).toBeUndefined()
          expect(await recordsOf(storage)).toEqual([record('b', { blocks: 1, complete: true, byteLength: 5 })])
          await storage.deleteFeed(bytes32('a'))
        }
        await check()
        if (!keeps) return
        await reopen()
        await check()
      })

      it('ends a feed that was never committed', async () => {
        const feed = storage.createFeed(bytes32('a'))
        await storage.deleteFeed(bytes32('a'))
        await expectClosed(feed)
      })

      it('comes after the commits that were called before it', async () => {
        const feed = await makeFeed(storage, 'a', ['one'])
        const before = feed.commit({ nodes: [node(1)] })
        const deletion = storage.deleteFeed(bytes32('a'))
        const again = storage.deleteFeed(bytes32('a'))
        await before
        await Promise.all([deletion, again])
        await expectClosed(feed)
        expect(await recordsOf(storage)).toEqual([])
      })

      it('never takes a block that another feed commits meanwhile', async () => {
        const contents = Array.from({ length: 300 }, (_, index) => `block ${index}`)
        for (let round = 0; round < 8; round++) {
          await makeFeed(storage, `old ${round}`, contents)
          const taker = storage.createFeed(bytes32(`new ${round}`))
          const commits = contents.map((content, index) => {
            const one = block(index, content)
            return taker.commit({
              record: record(`new ${round}`, { blocks: 300 }),
              nodes: [leaf(one)],
              blocks: [one]
            })
          })
          await Promise.all([...commits, storage.deleteFeed(bytes32(`old ${round}`))])
          for (const [index, content] of contents.entries()) expect(await textOf(taker, index)).toBe(content)
          const dropping = storage.createFeed(bytes32(`dropping ${round}`))
          await dropping.commit({ record: record(`dropping ${round}`), blocks: contents.map((c, i) => block(i, c)) })
          await Promise.all([
            dropping.commit({ dropped: contents.map((_, index) => index) }),
            storage.deleteFeed(bytes32(`new ${round}`)),
            makeFeed(storage, `other ${round}`, contents)
          ])
          const other = (await storage.openFeed(bytes32(`other ${round}`)))!
          for (const [index, content] of contents.entries()) expect(await textOf(other, index)).toBe(content)
          await storage.deleteFeed(bytes32(`other ${round}`))
          await storage.deleteFeed(bytes32(`dropping ${round}`))
        }
        expect(await recordsOf(storage)).toEqual([])
      })
    })
  })
}

async function expectClosed(feed: FeedStorage): Promise<void> {
  const closed = { code: 'ERR_CLOSED' }
  await expect(feed.commit({ nodes: [node(1)] })).rejects.toMatchObject(closed)
  await expect(feed.getBlock(0)).rejects.toMatchObject(closed)
  await expect(feed.getNodes([0])).rejects.toMatchObject(closed)
  await expect(feed.getHave()).rejects.toMatchObject(closed)
}
