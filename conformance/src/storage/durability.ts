import type { Durability, Storage } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { codeOf, rejects } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, makeFeed, node, readText, record, recordsOf } from './fixtures.ts'
import { needs, storageCase } from './storage-case.ts'

const ORDER: readonly Durability[] = ['memory', 'process', 'machine']

/** What survives. */
export const durabilityCases = [
  storageCase(
    'durability.as-claimed',
    'a commit is as durable as asked for, or rejects with a RangeError and changes nothing',
    quote(
      'FeedStorage.commit',
      'Asking for more than the store supports rejects with a `RangeError`, and nothing changes.',
      'Resolves once it is as durable as `durability` says'
    ).concat(quote('StorageSupports.durability', 'The most durable kind of commit it offers.')),
    async ({ storage }) => {
      const most = ORDER.indexOf(storage.supports.durability)
      const feed = await makeFeed(storage, 'a', ['one'])
      for (const [rank, durability] of ORDER.entries()) {
        const commit = feed.commit({ record: record('a', { blocks: 10 + rank }) }, { durability })
        if (rank <= most) await commit
        else await rejects(commit, RangeError, `a commit with durability '${durability}'`)
        equal(feed.record?.blocks, 10 + Math.min(rank, most), `the record after durability '${durability}'`)
      }
      await rejects(feed.commit({}, { durability: 'ages' as Durability }), RangeError, 'a durability that is none')
    }
  ),
  storageCase(
    'durability.acknowledged-is-stored',
    'what a commit has resolved for is there for whoever opens the store next',
    quote('FeedStorage.commit', 'Resolves once it is as durable as `durability` says').concat(
      quote('Durability', '`process`: it also survives the death of this process (kill -9).')
    ),
    async (world) => {
      for (let writes = 1; writes <= 12; writes++) {
        const { acknowledged, found } = await crashAfter(world, writes)
        ok(found >= acknowledged, `after ${writes} writes ${acknowledged} commits had resolved, and ${found} are there`)
      }
    },
    needs('crash')
  ),
  storageCase(
    'durability.crash-between-writes',
    'a crash between any two writes to the medium leaves each commit whole or undone',
    quote('FeedStorage.commit', 'Applies a change: all of it or none of it survives a crash.').concat(
      quote('Storage.deleteFeed', 'A crash meanwhile leaves the feed either as it was or deleted for every reader')
    ),
    async (world) => {
      let survived = 0
      for (let writes = 0; writes <= 20; writes++) {
        const { found } = await crashAfter(world, writes)
        survived = Math.max(survived, found)
      }
      ok(survived > 0, 'nothing ever survived, however late the crash')
    },
    needs('crash')
  )
]

const ROUNDS = 6

type World = Parameters<(typeof durabilityCases)[number]['run']>[0]

/** Writes until the medium dies; says how many commits had resolved, and how many are there afterwards, each whole. */
async function crashAfter(world: World, writes: number): Promise<{ acknowledged: number; found: number }> {
  const { storage, reopen } = await present(world.options.crash, 'crash')(writes)
  world.keep(storage)
  let acknowledged = 0
  let doomed: 'there' | 'deleting' | 'deleted' = 'there'
  try {
    await storage.open()
    await makeFeed(storage, 'doomed', ['doomed', 'shared'])
    const feed = storage.createFeed(bytes32('a'))
    for (let round = 1; round <= ROUNDS; round++) {
      await feed.commit(changeOf(round))
      acknowledged = round
    }
    doomed = 'deleting'
    await storage.deleteFeed(bytes32('doomed'))
    doomed = 'deleted'
  } catch (error) {
    equal(codeOf(error), 'ERR_STORAGE', 'the error of a medium that died')
  }
  await storage.close().catch(() => {})
  const next = world.keep(await reopen())
  await next.open()
  const found = await roundsOf(next)
  const gone = await next.openFeed(bytes32('doomed'))
  if (doomed === 'deleted') equal(gone, undefined, 'a feed whose deletion had resolved')
  if (gone !== undefined) equal([await readText(gone, 0), await readText(gone, 1)], ['doomed', 'shared'], 'its blocks')
  const records = await recordsOf(next)
  equal(records.length, (found > 0 ? 1 : 0) + (gone === undefined ? 0 : 1), 'the number of feeds')
  await next.close()
  return { acknowledged, found }
}

function changeOf(round: number) {
  const blocks = [block(round, `round ${round}`), block(1000 + round, 'shared')]
  return {
    record: record('a', { blocks: round, byteLength: round }),
    nodes: [...blocks.map(leaf), node(1, `round ${round}`), node(2 ** 40 + 1, `round ${round}`)],
    blocks,
    have: [havePage(0, [round])]
  }
}

/** How many rounds are there; fails when one is there in part. */
async function roundsOf(storage: Storage): Promise<number> {
  const feed = await storage.openFeed(bytes32('a'))
  if (feed === undefined) return 0
  const rounds = feed.record?.byteLength ?? 0
  for (let round = 1; round <= ROUNDS; round++) {
    const there = round <= rounds
    equal(await readText(feed, round), there ? `round ${round}` : undefined, `block ${round} of ${rounds}`)
    equal(await readText(feed, 1000 + round), there ? 'shared' : undefined, `shared block ${round} of ${rounds}`)
  }
  const latest = bytes32(`round ${rounds}`)
  equal(await feed.getNodes([1, 2 ** 40 + 1]), [latest, latest], 'the nodes of the last round')
  equal(await feed.getHave(), [havePage(0, [rounds])], 'the have pages of the last round')
  return rounds
}
