import type { CaseResult } from '@anyfeed/conformance'
import { describe, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { bundlePage } from './bundle-page.ts'
import { Site } from './site.ts'

/** See `pages/conformance.ts`. */
declare const conformance: () => Promise<CaseResult[]>

/** Runs all suites inside a page; what is below tells of each case. */
async function resultsInPage() {
  const browser = new Browser()
  const site = new Site({ '/page.js': await bundlePage('conformance') })
  try {
    const page = await browser.open(await site.open())
    return await page.evaluate(() => conformance())
  } finally {
    site.close()
    await browser.close()
  }
}

const results = await resultsInPage()

for (const suite of new Set(results.map((result) => result.suite))) {
  describe(`in a page, ${suite}`, () => {
    for (const { name, title, status, reason, error } of results.filter((result) => result.suite === suite)) {
      // What is left out is named, with the reason.
      it.skipIf(status === 'skipped')(
        status === 'skipped' ? `${name} [skipped: ${reason}]` : `${name}: ${title}`,
        () => {
          expect(error).toBeUndefined()
          expect(status).toBe('passed')
        }
      )
    }
  })
}

it('all suites have run in the page', () => {
  expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(100)
})
