import { afterAll, describe, expect, it } from 'vitest'
import { BUNDLERS } from '../bundles/bundle.ts'
import { Browser } from './browser.ts'
import { bundlePage } from './bundle-page.ts'
import { Site } from './site.ts'

const browser = new Browser()
afterAll(() => browser.close())

declare const run: () => Promise<unknown>

describe('the documented API of hypercore 1.x in a page', () => {
  it.each(Object.entries(BUNDLERS))('bundled by %s', async (_, bundle) => {
    const site = new Site({ '/page.js': await bundlePage('documented-api', bundle) })
    try {
      const page = await browser.open(await site.open())
      expect(await page.evaluate(() => run())).toEqual({
        id: 'e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f',
        read: ['Buffer hello', 'Buffer world'],
        block: 'world',
        blocks: 2
      })
      await page.close()
    } finally {
      site.close()
    }
  })
})
