import { type FeedStorage, HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { ok } from '../assert/ok.ts'
import { hex } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, havePage, leaf, makeFeed, node, readText, record } from './fixtures.ts'
import { storageCase } from './storage-case.ts'
import { whileCommitting } from './while-committing.ts'

const anyTime = quote('FeedStorage', 'Concurrency: every member may be called while others are under way.')

/** Calls that overlap. */
export const concurrencyCases = [
  storageCase(
    'concurrency.commits-in-order',
    'commits of a feed take effect in the order of the calls, however large they are',
    quote('FeedStorage', 'Commits of one feed take effect in the order of the calls'),
    async ({ storage }) => {
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
      equal(feed.record?.byteLength, 40, 'the record')
      equal(await readText(feed, 0), 'round 40', 'the block')
      equal(await feed.getNodes([1]), [bytes32('round 40')], 'the node')
    }
  ),
  storageCase(
    'concurrency.read-after-commit',
    'a read sees every commit that resolved before it',
    quote('FeedStorage', 'a read sees every commit that resolved before it was called'),
    async ({ storage }) => {
      const feeds = await Promise.all(['a', 'b', 'c'].map((name) => makeFeed(storage, name, ['round 0'])))
      const write = async (feed: FeedStorage, place: number) => {
        for (let round = 1; round <= 25; round++) {
          const one = block(0, `feed ${place}, round ${round}`)
          await feed.commit({ nodes: [leaf(one), node(1, `${round}`)], blocks: [one], have: [havePage(0, [round])] })
          equal(await readText(feed, 0), `feed ${place}, round ${round}`, 'the block right after its commit')
          equal(await feed.getNodes([1]), [bytes32(`${round}`)], 'the node right after its commit')
          equal(await feed.getHave(), [havePage(0, [round])], 'the have page right after its commit')
        }
      }
      await Promise.all(feeds.map(write))
    }
  ),
  storageCase(
    'concurrency.whole-or-not-at-all',
    'reads see a commit that is under way whole or not at all',
    quote('FeedStorage', 'may see those under way, each whole or not at all').concat(anyTime),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one'])
      // Nodes far apart, which no store keeps in one place, and two have pages.
      const indexes = [1, 4095, 999_999, 2 ** 40 - 1]
      const change = (round: number) => ({
        nodes: indexes.map((index) => node(index, `round ${round}`)),
        have: [havePage(0, [round]), havePage(9, [9 * HAVE_PAGE_BLOCKS + round])]
      })
      await feed.commit(change(0))
      let reads = 0
      await whileCommitting(
        (round) => feed.commit(change(round)),
        async () => {
          const [nodes, have] = await Promise.all([feed.getNodes(indexes), feed.getHave()])
          equal(new Set(nodes.map((hash) => hash && hex(hash))).size, 1, 'the number of rounds among the nodes')
          equal(have[0]?.bits, have[1]?.bits, 'the first have page beside the second')
          reads++
        }
      )
      ok(reads > 0, 'nothing was read meanwhile')
      equal(await feed.getNodes([1]), [bytes32('round 60')], 'the node at the end')
    }
  ),
  storageCase(
    'concurrency.block-never-missing',
    'a block that is overwritten again and again is never missing',
    quote('FeedChange.blocks', 'A block that is there already is overwritten.').concat(anyTime),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['round 0'])
      let reads = 0
      await whileCommitting(
        (round) => feed.commit({ nodes: [leaf(block(0, `round ${round}`))], blocks: [block(0, `round ${round}`)] }),
        async () => {
          for (const text of await Promise.all([readText(feed, 0), readText(feed, 0)])) {
            ok(text !== undefined && /^round \d+$/.test(text), `the block was read as ${text}`)
          }
          reads++
        }
      )
      ok(reads > 0, 'nothing was read meanwhile')
      equal(await readText(feed, 0), 'round 60', 'the block at the end')
    }
  )
]
