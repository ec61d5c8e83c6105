import { describe, expect, it } from 'vitest'
import { type ConformancePage, inPages } from './conformance-page.ts'
import { TESTED_CELLS } from './pages/cells.ts'

/** Of all suites, which run inside a page; what is below tells of each case. */
const results = (
  await inPages([
    (page) => page.runParts(),
    ...TESTED_CELLS.map((cell) => (page: ConformancePage) => page.runCell(cell))
  ])
).flat()

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
  expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(80 * TESTED_CELLS.length)
})
