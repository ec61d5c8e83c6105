import { afterAll, describe, expect, it } from 'vitest'
import type { PagePeer } from './pages/peer.ts'
import { Pages } from './pages.ts'

const pages = await Pages.of('peer')
afterAll(() => pages.close())

declare const peer: PagePeer

describe('a store in IndexedDB', () => {
  it.each([
    ['tab', 20],
    ['browser', 200]
  ])('has every block that was acknowledged when the %s was killed in mid-write', async (what, blocks) => {
    const store = `killed ${what}`
    const page = await pages.open()
    let acknowledged = { key: '', blocks: 0 }
    let enough: () => void
    const written = new Promise<void>((resolve) => {
      enough = resolve
    })
    await page.exposeFunction('acknowledged', (key: string, count: number) => {
      acknowledged = { key, blocks: count }
      if (count === blocks) enough()
    })
    await page.evaluate((store) => peer.open(store), store)
    await page.evaluate(() => void peer.write())
    await written
    if (what === 'browser') await pages.browser.kill(page)
    else await pages.browser.crash(page)
    const { key, blocks: least } = acknowledged

    const after = await pages.open()
    await after.evaluate((store) => peer.open(store), store)
    const found = await after.evaluate((key) => peer.resume(key), key)
    expect(found.blocks).toBeGreaterThanOrEqual(least)
    expect(found.sound).toBe(found.blocks)
    await after.close()
  })

  it('says so when the quota is reached, loses nothing, and goes on when there is room', async () => {
    const page = await pages.open()
    const session = await page.context().newCDPSession(page)
    const { origin } = new URL(pages.url)
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin })
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 8 * 1024 * 1024 })
    // What room there is, a page is told once and not at each write.
    await page.reload()
    await page.evaluate(() => peer.open('full'))
    const full = await page.evaluate(() => peer.fill(undefined, 1000))
    expect(full.error).toEqual({ typed: true, code: 'ERR_STORAGE', causes: ['QuotaExceededError'] })
    expect(full.blocks).toBeGreaterThan(10)
    expect(full.sound).toBe(full.blocks)
    const { key } = full

    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await page.reload()
    await page.evaluate(() => peer.open('full'))
    expect(await page.evaluate((key) => peer.resume(key), key)).toEqual({ blocks: full.blocks, sound: full.blocks })
    const most = full.blocks + 100
    expect(await page.evaluate(({ key, most }) => peer.fill(key, most), { key, most })).toEqual({
      key,
      blocks: most,
      sound: most
    })
    await page.close()
  })
})
