import assert from 'node:assert/strict'
import type { Runner } from '@anyfeed/conformance'
import type { Page } from 'playwright-core'
import { CountingProxy, NodePeer, openNode } from './node-peer.ts'
import type { PagePeer } from './pages/peer.ts'
import type { Pages } from './pages.ts'

/** See `pages/peer.ts`. */
declare const peer: PagePeer

let stores = 0

/** Has a page join the network of the nodes at `addresses`. `introduced`: other pages reach it. */
async function join(page: Page, store: string, addresses: string[], introduced = false): Promise<void> {
  await page.evaluate(
    async ([store, addresses, introduced]) => {
      await peer.open(store)
      await peer.join(addresses, introduced)
    },
    [store, addresses, introduced] as const
  )
}

/** A page and a Node process, which the page reaches by WebSockets and finds by kad-dht. */
export function pageAndNodeSuite({ describe, it }: Runner, pages: Pages): void {
  const check = (name: string, title: string, body: (page: Page, node: NodePeer, store: string) => Promise<void>) =>
    it(`${name}: ${title}`, async () => {
      const node = await NodePeer.open()
      const page = await pages.open()
      const store = `met ${++stores}`
      try {
        await join(page, store, node.addresses)
        await body(page, node, store)
      } finally {
        await page.close()
        await node.close()
      }
    })

  describe('a page and a Node process', () => {
    check('page.fetches', 'the page fetches a feed of the process', async (page, node) => {
      const id = await node.share(40)
      assert.equal(await page.evaluate((id) => peer.fetch(id), id), 40)
    })

    check('page.serves', 'the process fetches a feed of the page', async (page, node) => {
      assert.equal(await node.fetch(await page.evaluate(() => peer.share(40))), 40)
    })

    check('page.both-ways', 'both fetch from each other at the same time', async (page, node) => {
      const [mine, its] = await Promise.all([node.share(60), page.evaluate(() => peer.share(50))])
      const fetched = await Promise.all([page.evaluate((id) => peer.fetch(id), mine), node.fetch(its)])
      assert.deepEqual(fetched, [60, 50])
    })

    check(
      'page.reloads',
      'the page goes on where it was when it is reloaded in the middle',
      async (page, node, store) => {
        // The node itself has half of it, until the page was reloaded.
        const whole = await NodePeer.open()
        const id = await whole.share(64)
        const half = node.core.get(id)
        const copied = [whole.core.replicate(), node.core.replicate()] as const
        const copying = Promise.all([copied[0].sink(copied[1].source), copied[1].sink(copied[0].source)]).catch(
          () => {}
        )
        await half.download({ start: 0, end: 32 }).done
        half.pause('fetch')
        await page.evaluate((id) => peer.begin(id), id)
        await page.evaluate((id) => peer.whenHeld(id, 32), id)

        await page.reload()
        const sent = new Set<number>()
        half.on('upload', (block) => sent.add(block))
        await join(page, store, node.addresses)
        assert.equal(await page.evaluate((id) => peer.held(id), id), 32)
        half.resume('fetch')
        half.download()
        assert.equal(await page.evaluate((id) => peer.fetch(id), id), 64)
        assert.deepEqual(
          [...sent].sort((a, b) => a - b),
          Array.from({ length: 32 }, (_, i) => 32 + i)
        )
        await whole.close()
        await copying
      }
    )
  })
}

/** Two pages, which reach each other by WebRTC, introduced by a Node process, in whose DHT they find each other. */
export function twoPagesSuite({ describe, it }: Runner, pages: Pages): void {
  const check = (
    name: string,
    title: string,
    body: (both: readonly [Page, Page], proxy: CountingProxy) => Promise<void>
  ) =>
    it(`${name}: ${title}`, async () => {
      const relay = await openNode()
      const { proxy, address } = await CountingProxy.open(String(relay.getMultiaddrs()[0]))
      const opened: Page[] = []
      try {
        while (opened.length < 2) {
          const page = await pages.open()
          opened.push(page)
          await join(page, `met ${++stores}`, [address], true)
        }
        await body(opened as unknown as readonly [Page, Page], proxy)
      } finally {
        for (const page of opened) await page.close()
        proxy.close()
        await relay.stop()
      }
    })

  describe('two pages', () => {
    check(
      'pages.fetch',
      'one fetches from the other over WebRTC, and the process carries no block',
      async (both, proxy) => {
        const [sharing, fetching] = both
        const id = await sharing.evaluate(() => peer.share(128))
        assert.equal(await fetching.evaluate((id) => peer.fetch(id), id), 128)
        // Both find each other, and either may have been the one to dial; or both, until one connection is left.
        let met: ReturnType<PagePeer['peers']> = []
        while (!met.some(({ direction }) => direction === 'out')) {
          met = (await Promise.all(both.map((page) => page.evaluate(() => peer.peers())))).flat()
        }
        for (const { address } of met) assert.match(address, /\/webrtc\/p2p\//)
        const dialled = met.filter(({ direction }) => direction === 'out')
        for (const { address, discoveries } of dialled) {
          assert.match(address, /\/p2p-circuit\/webrtc\/p2p\//)
          assert.deepEqual(discoveries, ['libp2p'])
        }
        // 8 MiB were fetched; introductions and the DHT take a few kilobytes.
        assert.ok(proxy.bytes > 1000 && proxy.bytes < 512 * 1024, `${proxy.bytes} bytes passed`)
      }
    )

    check('pages.both-ways', 'both fetch from each other at the same time', async (both) => {
      const ids = [await both[0].evaluate(() => peer.share(30)), await both[1].evaluate(() => peer.share(40))] as const
      const fetched = await Promise.all([
        both[0].evaluate((id) => peer.fetch(id), ids[1]),
        both[1].evaluate((id) => peer.fetch(id), ids[0])
      ])
      assert.deepEqual(fetched, [40, 30])
    })
  })
}
