import type { FeedChange, FeedRecord, HavePage, Storage } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { seeded } from '../bytes/seeded.ts'
import { hex } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, node, record } from './fixtures.ts'
import { storageCase } from './storage-case.ts'
import type { StorageWorld } from './world.ts'

/** A feed as plain data: what the store must give back. */
interface ModelFeed {
  record: FeedRecord
  readonly nodes: Map<number, Uint8Array>
  readonly blocks: Map<number, Uint8Array>
  readonly have: Map<number, HavePage>
}

/** Blocks close together, far off, and about where numbers of 32 bits end. */
const PLACES = [0, 1, 2, 3, 31, 32, 33, 2048, 2 ** 31 - 1, 2 ** 31, 2 ** 40]
const PARENTS = [1, 3, 63, 127, 4095, 2 ** 32 - 1, 2 ** 53 - 1]
const PAGES = [0, 1, 2 ** 39 - 1]
const FEEDS = 4
const STEPS = 250
const COMPARE_EVERY = 25

/** Any row of changes leaves the store as it leaves plain data. */
export const modelCases = [1, 2, 3].map((seed) =>
  storageCase(
    `model.seed-${seed}`,
    'a random row of commits, drops, deletions and reopenings leaves what it leaves of plain data',
    quote('FeedStorage.commit', 'Applies a change').concat(
      quote('FeedStorage', 'every member may be called while others are under way')
    ),
    (world) => agrees(world, seed)
  )
)

async function agrees(world: StorageWorld, seed: number): Promise<void> {
  const pick = seeded(seed)
  const model = new Map<number, ModelFeed>()
  // A key is never used twice: each time a feed is made anew it has another.
  const generations = new Array<number>(FEEDS).fill(0)
  let underWay: Promise<void>[] = []
  let compared = 0
  const settle = async () => {
    await Promise.all(underWay)
    underWay = []
  }
  for (let step = 1; step <= STEPS; step++) {
    const feed = pick(FEEDS)
    const label = `feed ${feed}.${generations[feed]}`
    const kind = pick(20)
    if (kind === 0 && world.persistent) {
      await settle()
      await world.reopen()
    } else if (kind < 3) {
      model.delete(feed)
      generations[feed] = (generations[feed] as number) + 1
      underWay.push(world.storage.deleteFeed(bytes32(label)))
    } else {
      // Commits of different feeds run at the same time; one that makes or finds a feed waits for that alone.
      const there = model.get(feed)
      const isNamed = pick(2) === 0
      const parts = Array.from({ length: pick(8) }, () => [pick(5), pick(PLACES.length), pick(6)] as const)
      const change = () => changeOf(parts, label, isNamed, there)
      const target = there
        ? present(await world.storage.openFeed(bytes32(label)), label)
        : world.storage.createFeed(bytes32(label))
      const after = apply(there, change())
      const commit = target.commit(change())
      commit.catch(() => {})
      underWay.push(commit)
      if (there === undefined) await commit
      model.set(feed, after)
    }
    if (step % COMPARE_EVERY !== 0) continue
    await settle()
    compared += await compare(world.storage, model)
  }
  ok(compared > 100, `only ${compared} things were compared`)
}

function changeOf(
  parts: ReadonlyArray<readonly [kind: number, place: number, content: number]>,
  label: string,
  isNamed: boolean,
  before: ModelFeed | undefined
): FeedChange {
  const blocks = new Map<number, ReturnType<typeof block>>()
  const dropped = new Set<number>()
  const nodes = new Map<number, ReturnType<typeof node>>()
  const have = new Map<number, HavePage>()
  for (const [kind, place, content] of parts) {
    const index = PLACES[place] as number
    // Few contents, so that feeds share blocks.
    if (kind < 2 && !dropped.has(index)) blocks.set(index, block(index, 'x'.repeat(content)))
    if (kind === 2 && !blocks.has(index)) dropped.add(index)
    const parent = PARENTS[place % PARENTS.length] as number
    if (kind === 3) nodes.set(parent, node(parent, `${content}`))
    const page = PAGES[place % PAGES.length] as number
    if (kind === 4) have.set(page, havePage(page, content === 0 ? [] : [page * 8192 + content]))
  }
  const id = isNamed ? bytes32(`id of ${label}`) : undefined
  const needsRecord = before === undefined || isNamed
  return {
    ...(needsRecord && { record: record(label, { id, blocks: parts.length, byteLength: parts.length * 9 }) }),
    blocks: [...blocks.values()],
    nodes: [...[...blocks.values()].map(leaf), ...nodes.values()],
    dropped: [...dropped],
    have: [...have.values()]
  }
}

function apply(before: ModelFeed | undefined, change: FeedChange): ModelFeed {
  const { nodes = [], blocks = [], dropped = [], have = [] } = change
  const after = before ?? {
    record: change.record as FeedRecord,
    nodes: new Map(),
    blocks: new Map(),
    have: new Map()
  }
  after.record = change.record ?? after.record
  for (const { index, hash } of nodes) after.nodes.set(index, hash)
  for (const { index, data } of blocks) after.blocks.set(index, data)
  for (const index of dropped) after.blocks.delete(index)
  for (const page of have) after.have.set(page.page, page)
  return after
}

/** Resolves to how many things were compared. */
async function compare(storage: Storage, model: ReadonlyMap<number, ModelFeed>): Promise<number> {
  const listed = new Map<string, FeedRecord>()
  for await (const entry of storage.feeds()) listed.set(hex(entry.key), entry)
  equal(listed.size, model.size, 'the number of feeds')
  let compared = 0
  for (const expected of model.values()) {
    equal(listed.get(hex(expected.record.key)), expected.record, 'the listed record')
    const found = present(await storage.openFeed(new Uint8Array(expected.record.key)), 'the feed')
    equal(found.record, expected.record, 'the record')
    if (expected.record.id) same(await storage.findFeed(new Uint8Array(expected.record.id)), found, 'findFeed')
    for (const index of PLACES) {
      equal(await found.getBlock(index), expected.blocks.get(index), `block ${index}`)
      compared++
    }
    const indexes = [...PARENTS, ...PLACES.map((index) => 2 * index)]
    equal(
      await found.getNodes(indexes),
      indexes.map((index) => expected.nodes.get(index)),
      'the nodes'
    )
    const pages = [...expected.have.values()].filter(({ bits }) => bits.some((byte) => byte !== 0))
    equal(
      await found.getHave(),
      pages.sort((a, b) => a.page - b.page),
      'the have pages'
    )
  }
  return compared
}
