/// <reference types="node" />
import type { FeedChange, FeedRecord, HavePage, Storage } from '@anyfeed/interfaces'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Place } from './storage-behaviour.ts'
import { block, bytes32, havePage, leaf, node, record } from './storage-fixtures.ts'

/** A feed as plain data: what the store must give back. */
interface ModelFeed {
  record: FeedRecord
  readonly nodes: Map<number, Uint8Array>
  readonly blocks: Map<number, Uint8Array>
  readonly have: Map<number, HavePage>
}

type Step =
  | { readonly kind: 'commit'; readonly feed: number; readonly change: readonly Part[]; readonly id: boolean }
  | { readonly kind: 'delete'; readonly feed: number }
  | { readonly kind: 'reopen' }

interface Part {
  readonly kind: 'block' | 'drop' | 'node' | 'have'
  readonly place: number
  /** Few, so that feeds share blocks. */
  readonly content: number
}

/** Blocks in two packs, far off, and about where numbers of 32 bits end. */
const PLACES = [0, 1, 2, 3, 31, 32, 33, 2048, 2 ** 31 - 1, 2 ** 31, 2 ** 40]
const PARENTS = [1, 3, 63, 127, 4095, 2 ** 32 - 1, 2 ** 53 - 1]
const PAGES = [0, 1, 2 ** 39 - 1]
const FEEDS = 4

const part: fc.Arbitrary<Part> = fc.record({
  kind: fc.constantFrom('block', 'block', 'drop', 'node', 'have'),
  place: fc.nat(PLACES.length - 1),
  content: fc.nat(5)
})
const feed = fc.nat(FEEDS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      feed,
      change: fc.array(part, { maxLength: 8 }),
      id: fc.boolean()
    })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), feed }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' } as const) }
)

/** Any sequence of steps, some of them at the same time, leaves the store as it leaves plain data. */
export function storageProperty(name: string, makePlace: () => Promise<Place>, keeps: boolean): void {
  it(`a storage: ${name}: agrees with a model`, async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
        const place = await makePlace()
        let storage = place.store()
        try {
          await storage.open()
          const model = new Map<number, ModelFeed>()
          // A key is never used twice: each time a feed is made anew it has another.
          const generations = new Array<number>(FEEDS).fill(0)
          let underWay: Promise<void>[] = []
          for (const next of steps) {
            if (next.kind === 'reopen') {
              await Promise.all(underWay)
              underWay = []
              if (!keeps) continue
              await storage.close()
              storage = place.store()
              await storage.open()
            } else {
              const label = `feed ${next.feed}.${generations[next.feed]}`
              if (next.kind === 'delete') {
                model.delete(next.feed)
                generations[next.feed]!++
                underWay.push(storage.deleteFeed(bytes32(label)))
              } else {
                // Commits of different feeds run at the same time; one that makes or finds a feed waits for that alone.
                const there = model.get(next.feed)
                const change = changeOf(next.change, label, next.id, there)
                const target = there ? await storage.openFeed(bytes32(label)) : storage.createFeed(bytes32(label))
                const commit = target!.commit(change)
                underWay.push(commit)
                if (there === undefined) await commit
                model.set(next.feed, apply(there, change))
              }
            }
          }
          await Promise.all(underWay)
          compared += await compare(storage, model)
          for (const [number] of model) await storage.deleteFeed(bytes32(`feed ${number}.${generations[number]}`))
          await compare(storage, new Map())
        } finally {
          await storage.close()
          await place.remove()
        }
      }),
      { seed: 1, numRuns: 60 }
    )
    expect(compared).toBeGreaterThan(100)
  })
}

function changeOf(parts: readonly Part[], label: string, id: boolean, before: ModelFeed | undefined): FeedChange {
  const blocks = new Map<number, ReturnType<typeof block>>()
  const dropped = new Set<number>()
  const nodes = new Map<number, ReturnType<typeof node>>()
  const have = new Map<number, HavePage>()
  for (const { kind, place, content } of parts) {
    const index = PLACES[place]!
    if (kind === 'block' && !dropped.has(index)) blocks.set(index, block(index, 'x'.repeat(content)))
    if (kind === 'drop' && !blocks.has(index)) dropped.add(index)
    const parent = PARENTS[place % PARENTS.length]!
    if (kind === 'node') nodes.set(parent, node(parent, `${content}`))
    const page = PAGES[place % PAGES.length]!
    if (kind === 'have') have.set(page, havePage(page, content === 0 ? [] : [page * 8192 + content]))
  }
  const name = bytes32(`id of ${label}`)
  return {
    ...(before === undefined || id
      ? { record: record(label, { id: id ? name : undefined, blocks: parts.length, byteLength: parts.length * 9 }) }
      : {}),
    blocks: [...blocks.values()],
    nodes: [...[...blocks.values()].map(leaf), ...nodes.values()],
    dropped: [...dropped],
    have: [...have.values()]
  }
}

function apply(before: ModelFeed | undefined, change: FeedChange): ModelFeed {
  const after = before ?? { record: change.record!, nodes: new Map(), blocks: new Map(), have: new Map() }
  after.record = change.record ?? after.record
  for (const { index, hash } of change.nodes!) after.nodes.set(index, hash)
  for (const { index, data } of change.blocks!) after.blocks.set(index, data)
  for (const index of change.dropped!) after.blocks.delete(index)
  for (const page of change.have!) after.have.set(page.page, page)
  return after
}

/** Resolves to how many things were compared. */
async function compare(storage: Storage, model: ReadonlyMap<number, ModelFeed>): Promise<number> {
  const listed = new Map<string, FeedRecord>()
  for await (const entry of storage.feeds()) listed.set(Buffer.from(entry.key).toString('hex'), entry)
  expect(listed.size).toBe(model.size)
  let compared = 0
  for (const expected of model.values()) {
    expect(listed.get(Buffer.from(expected.record.key).toString('hex'))).toEqual(expected.record)
    const found = (await storage.openFeed(expected.record.key))!
    expect(found.record).toEqual(expected.record)
    if (expected.record.id) expect(await storage.findFeed(expected.record.id)).toBe(found)
    for (const index of PLACES) {
      expect(await found.getBlock(index)).toEqual(expected.blocks.get(index))
      compared++
    }
    const indexes = [...PARENTS, ...PLACES.map((index) => 2 * index)]
    expect(await found.getNodes(indexes)).toEqual(indexes.map((index) => expected.nodes.get(index)))
    const pages = [...expected.have.values()].filter(({ bits }) => bits.some((byte) => byte !== 0))
    expect(await found.getHave()).toEqual(pages.sort((a, b) => a.page - b.page))
  }
  return compared
}
