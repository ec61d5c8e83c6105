import { type Core, createCore, type Feed } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { coreWith, seededBlock } from './content.ts'
import { connect, type Link } from './pipe.ts'
import { turn } from './until.ts'

const event = fc.record({
  do: fc.constantFrom('connect', 'connect', 'cut', 'get', 'drop', 'reopen', 'turn', 'turn'),
  a: fc.nat(3),
  b: fc.nat(3),
  block: fc.nat(40)
})

const world = fc.record({
  lengths: fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 40 }),
  /** Which of four peers hold each block at first. */
  holders: fc.array(fc.nat(15), { minLength: 40, maxLength: 40 }),
  events: fc.array(event, { maxLength: 25 })
})

it('everyone gets everything in the end, whoever had what, and whatever links broke', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ lengths, holders, events }) => {
      const blocks = lengths.map((length, i) => seededBlock('world', i, length))
      const { core: source, id } = await coreWith(blocks)
      const cores: Core[] = []
      const feeds: Feed[] = []
      for (let peer = 0; peer < 4; peer++) {
        const core = createCore({ storage: memoryStorage() })
        const feed = core.get(id)
        const link = connect(source, core)
        for (const [block, holder] of holders.entries()) {
          if (block < blocks.length && (holder & (1 << peer)) !== 0) await feed.get(block)
        }
        link.cut()
        await link.ends
        cores.push(core)
        feeds.push(feed)
      }
      // A block that nobody holds comes from the source, which one of them stays linked with.
      connect(source, cores[0] as Core)
      const downloads = new Map(feeds.map((feed) => [feed, feed.download()]))
      const links: Link[] = []
      const gets: Array<Promise<unknown>> = []
      for (const { do: what, a, b, block } of events) {
        const feed = feeds[a] as Feed
        if (what === 'connect' && a !== b) links.push(connect(cores[a] as Core, cores[b] as Core))
        else if (what === 'cut') links.splice(block % Math.max(1, links.length), 1)[0]?.cut()
        else if (what === 'get')
          gets.push(feed.get(block).catch((error: { code?: string }) => expect(error.code).toBe('ERR_CLOSED')))
        else if (what === 'turn') await turn(block % 4)
        else if (what === 'drop') await feed.clear({ start: block, end: block + 3 })
        else if (what === 'reopen') {
          downloads.get(feed)?.done.catch(() => {})
          await feed.close()
          const again = (cores[a] as Core).get(id)
          feeds[a] = again
          downloads.set(again, again.download())
        }
      }
      // In a ring, nobody is cut off any more.
      for (let i = 0; i < 4; i++) links.push(connect(cores[i] as Core, cores[(i + 1) % 4] as Core))
      for (const feed of feeds) {
        await downloads.get(feed)?.done
        await feed.download().done
        expect([feed.complete, feed.held]).toEqual([true, blocks.length])
        expect(feed.byteLength).toBe(lengths.reduce((sum, length) => sum + length, 0))
        for (const [i, block] of blocks.entries()) expect(await feed.get(i)).toEqual(block)
      }
      await Promise.all(gets)
      await Promise.all([source, ...cores].map((core) => core.close()))
    }),
    { seed: 8, numRuns: 120 }
  )
})
