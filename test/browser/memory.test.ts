import type { CDPSession, Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { NodePeer } from './node-peer.ts'
import type { PagePeer } from './pages/peer.ts'
import { Pages } from './pages.ts'

const MIB = 1024 * 1024
const BLOCKS = 4096

const pages = await Pages.of('peer')
afterAll(() => pages.close())

declare const peer: PagePeer

interface Sample {
  /** How far it was, from 0 to 1. */
  readonly progress: number
  /** MiB that the page holds, after what it holds no more was collected: its heap, and what its arrays keep beside it. */
  readonly held: number
}

/** Looks at a page's memory again and again until `running` has ended. */
async function watch(page: Page, session: CDPSession, running: Promise<unknown>): Promise<Sample[]> {
  const samples: Sample[] = []
  let over = false
  const ended = running.finally(() => {
    over = true
  })
  while (!over) {
    const progress = (await page.evaluate(() => peer.progress)) / BLOCKS
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage')
    samples.push({ progress, held: (usedSize + backingStorageSize) / MIB })
  }
  await ended
  return samples
}

/** The most that was held in a part of the way. */
function most(samples: readonly Sample[], from: number, to: number): number {
  const held = samples.filter(({ progress }) => progress >= from && progress < to).map(({ held }) => held)
  expect(held.length).toBeGreaterThan(0)
  return Math.max(...held)
}

describe('256 MiB through a page', () => {
  it('take no more of its memory at the end than near the start, coming in and going out', {
    timeout: 600_000
  }, async () => {
    const node = await NodePeer.open()
    try {
      const id = await node.share(BLOCKS)
      const page = await pages.open()
      const session = await page.context().newCDPSession(page)
      await page.evaluate(async (addresses) => {
        await peer.open()
        await peer.join(addresses)
      }, node.addresses)

      const coming = await watch(
        page,
        session,
        page.evaluate((id) => peer.take(id), id)
      )
      const going = await watch(
        page,
        session,
        page.evaluate((id) => peer.fetch(id), id).then((sound) => expect(sound).toBe(BLOCKS))
      )
      for (const samples of [coming, going]) {
        expect(most(samples, 0.75, 1)).toBeLessThan(most(samples, 0, 0.25) + 32)
        expect(most(samples, 0, 1)).toBeLessThan(128)
      }
    } finally {
      await node.close()
    }
  })
})
