import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { bundlePage } from './bundle-page.ts'
import { CountingProxy, NodePeer, openNode } from './node-peer.ts'
import type { PagePeer } from './pages/peer.ts'
import { Site } from './site.ts'

const browser = new Browser()
let site: Site
let url: string

beforeAll(async () => {
  site = new Site({ '/page.js': await bundlePage('peer') })
  url = await site.open()
})
afterAll(async () => {
  await browser.close()
  site.close()
})

declare const peer: PagePeer

describe('a page and a Node process', () => {
  it('fetch from each other over WebSockets, found by kad-dht', async () => {
    const node = await NodePeer.open()
    const page = await browser.open(url)
    try {
      const fromNode = await node.share(40)
      await page.evaluate(async (addresses) => {
        await peer.open('both ways')
        await peer.join(addresses)
      }, node.addresses)
      expect(await page.evaluate((id) => peer.fetch(id), fromNode)).toBe(40)

      const fromPage = await page.evaluate(() => peer.share(24))
      const feed = node.core.get(fromPage)
      await feed.download().done
      expect(feed.complete).toBe(true)
      expect(feed.held).toBe(24)
    } finally {
      await page.close()
      await node.close()
    }
  })

  it('go on where they were when the page is reloaded in the middle', async () => {
    const node = await NodePeer.open()
    const page = await browser.open(url)
    try {
      // The node itself has half of it, until the page was reloaded.
      const whole = await NodePeer.open()
      const id = await whole.share(64)
      const half = node.core.get(id)
      const copied = [whole.core.replicate(), node.core.replicate()] as const
      const copying = Promise.all([copied[0].sink(copied[1].source), copied[1].sink(copied[0].source)]).catch(() => {})
      await half.download({ start: 0, end: 32 }).done
      const sent: number[] = []
      half.on('upload', (block) => sent.push(block))
      half.pause('fetch')

      const start = async () => {
        await page.evaluate(async (addresses) => {
          await peer.open('reloaded')
          await peer.join(addresses)
        }, node.addresses)
      }
      await start()
      await page.evaluate((id) => peer.begin(id), id)
      await page.evaluate((id) => peer.whenHeld(id, 32), id)
      const before = sent.splice(0)
      expect(before.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i))

      await page.reload()
      await start()
      expect(await page.evaluate((id) => peer.held(id), id)).toBe(32)
      half.resume('fetch')
      half.download()
      expect(await page.evaluate((id) => peer.fetch(id), id)).toBe(64)
      expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => 32 + i))
      await whole.close()
      await copying
    } finally {
      await page.close()
      await node.close()
    }
  })
})

describe('two pages', () => {
  it('fetch from each other over WebRTC, introduced by a Node process that carries no block', async () => {
    const relay = await openNode()
    const { proxy, address } = await CountingProxy.open(String(relay.getMultiaddrs()[0]))
    const pages = [await browser.open(url), await browser.open(url)] as const
    try {
      for (const [i, page] of pages.entries()) {
        await page.evaluate(
          async ([store, address]) => {
            await peer.open(store)
            await peer.join([address as string], true)
          },
          [`page ${i}`, address]
        )
      }
      const id = await pages[0].evaluate(() => peer.share(128))
      expect(await pages[1].evaluate((id) => peer.fetch(id), id)).toBe(128)
      // Both find each other, and either may have been the one to dial.
      const met = (await Promise.all(pages.map((page) => page.evaluate(() => peer.peers())))).flat()
      for (const { address } of met) expect(address).toMatch(/\/webrtc\/p2p\//)
      expect(met.filter(({ direction }) => direction === 'out').length).toBeGreaterThan(0)
      for (const { direction, address, discoveries } of met) {
        if (direction === 'out')
          expect({ address, discoveries }).toEqual({
            address: expect.stringMatching(/\/p2p-circuit\/webrtc\/p2p\//),
            discoveries: ['libp2p']
          })
      }
      // 8 MiB were fetched; introductions and the DHT take a few kilobytes.
      expect(proxy.bytes).toBeGreaterThan(1000)
      expect(proxy.bytes).toBeLessThan(512 * 1024)
    } finally {
      for (const page of pages) await page.close()
      proxy.close()
      await relay.stop()
    }
  })
})
