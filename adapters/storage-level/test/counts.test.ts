import { createHash } from 'node:crypto'
import type { FeedChange, Storage, StoredBlock } from '@anyfeed/interfaces'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'
import { FailingLevel, FailingLevelDB } from './failing-level.ts'
import { copyInto, listAll, readStored } from './stored.ts'

const FEEDS = 3
const PLACES = [0, 1, 31, 32, 5000]

function block(index: number, content: number): StoredBlock {
  const data = new Uint8Array(content + 1).fill(content)
  return { index, data, hash: new Uint8Array(createHash('sha256').update(data).digest()) }
}

const step = fc.record({
  feed: fc.nat(FEEDS - 1),
  kind: fc.constantFrom('commit', 'commit', 'commit', 'commit', 'delete', 'list', 'fail', 'crash'),
  /** The place's block becomes this content, or is dropped. */
  parts: fc.array(fc.tuple(fc.nat(PLACES.length - 1), fc.option(fc.nat(4))), { maxLength: 5 })
})

function changeOf(key: Uint8Array, parts: ReadonlyMap<number, number | null>): FeedChange {
  const entries = [...parts].map(([place, content]) => [PLACES[place]!, content] as const)
  return {
    record: { key, id: undefined, blocks: 0, complete: false, byteLength: 1 },
    blocks: entries.flatMap(([index, content]) => (content === null ? [] : [block(index, content)])),
    dropped: entries.flatMap(([index, content]) => (content === null ? [index] : []))
  }
}

describe.each([
  ['a database', FailingLevel],
  ['LevelDB', FailingLevelDB],
  [
    'LevelDB with garbage',
    class extends FailingLevelDB {
      override size = 2 ** 40
    }
  ]
] as const)('the counts of contents in %s', (_, Level) => {
  it('are those of a model, whatever happens at the same time, fails, or crashes', async () => {
    let checked = 0
    let crashes = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const db = new Level()
        const storage = levelStorage(db, { cachedPacks: 2 })
        await storage.open()
        const model = Array.from({ length: FEEDS }, () => new Map<number, number>())
        const generations = new Array<number>(FEEDS).fill(0)
        let underWay: Promise<unknown>[] = []
        for (const { feed, kind, parts } of steps) {
          const key = new Uint8Array(32).fill(feed).fill(generations[feed]!, 31)
          const change = new Map(parts)
          if (kind === 'commit') {
            const target = (await storage.openFeed(key)) ?? (await made(storage, key))
            underWay.push(target.commit(changeOf(key, change)))
            apply(model[feed]!, change)
          } else if (kind === 'delete') {
            underWay.push(storage.deleteFeed(key))
            model[feed]!.clear()
            generations[feed]!++
          } else if (kind === 'list') {
            underWay.push(listAll(storage))
          } else if (kind === 'fail') {
            await Promise.all(underWay)
            underWay = []
            const target = await storage.openFeed(key)
            db.failBatches = 1
            await target?.commit(changeOf(key, change)).catch(() => {})
            db.failBatches = 0
          } else {
            const copy = await copyInto(db, new Level())
            const crashed = levelStorage(copy)
            await crashed.open()
            await crashed.close()
            await copy.open()
            await readStored(copy)
            await copy.close()
            crashes++
          }
        }
        await Promise.all(underWay)
        await storage.close()
        await db.open()
        const { counts } = await readStored(db)
        expect(counts).toEqual(countsOf(model))
        checked += counts.size
        await db.close()
      }),
      { seed: 1, numRuns: 150 }
    )
    expect(checked).toBeGreaterThan(100)
    expect(crashes).toBeGreaterThan(50)
  })

  it('are right after a crash between any two batches', async () => {
    const db = new Level()
    const storage = levelStorage(db)
    await storage.open()
    const keys = [1, 2].map((fill) => new Uint8Array(32).fill(fill))
    const feeds = await Promise.all(keys.map((key) => made(storage, key)))
    const copies: FailingLevel[] = []
    const record = { id: undefined, blocks: 0, complete: true, byteLength: 1 }
    const batch = db._batch.bind(db)
    db._batch = async (operations, options) => {
      await batch(operations, options)
      copies.push(await copyInto(db, new Level()))
    }
    const blocks = Array.from({ length: 2500 }, (_, index) => block(index, index % 100))
    for (const [place, feed] of feeds.entries()) await feed.commit({ record: { ...record, key: keys[place]! }, blocks })
    await feeds[0]!.commit({ dropped: [0, 100, 7], blocks: [block(5, 6)] })
    await storage.deleteFeed(keys[0]!)
    await storage.close()
    expect(copies.length).toBeGreaterThan(6)
    for (const copy of copies) {
      const crashed = levelStorage(copy)
      await crashed.open()
      const found = await crashed.openFeed(keys[1]!)
      const has = (await found?.getBlock(0)) !== undefined
      expect((await found?.getBlock(2499)) !== undefined).toBe(has)
      await crashed.close()
      await copy.open()
      await readStored(copy)
      await copy.close()
    }
  })
})

async function made(storage: Storage, key: Uint8Array) {
  const feed = storage.createFeed(key)
  await feed.commit({ record: { key, id: undefined, blocks: 0, complete: false, byteLength: 0 } })
  return feed
}

function apply(feed: Map<number, number>, change: ReadonlyMap<number, number | null>): void {
  for (const [place, content] of change) {
    if (content === null) feed.delete(place)
    else feed.set(place, content)
  }
}

function countsOf(model: ReadonlyArray<ReadonlyMap<number, number>>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const feed of model) {
    for (const content of feed.values()) {
      const hash = Buffer.from(block(0, content).hash).toString('hex')
      counts.set(hash, (counts.get(hash) ?? 0) + 1)
    }
  }
  return counts
}
