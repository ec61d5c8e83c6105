import { describe, expect, it } from 'vitest'
import { cataloguePage } from './page.ts'
import { documentedPromises, interfacePromises, missingElsewhere, type Promised, protocolPromises } from './promises.ts'
import { readSource } from './sources.ts'
import { testNames } from './test-names.ts'

describe.each([
  ['sentence of the documented API', documentedPromises(), 45],
  ['rule of the protocol', protocolPromises(), 80],
  ['member of the interfaces', interfacePromises(), 78]
])('each %s', (_, promises: Promised[], least) => {
  it('has a case, or a test elsewhere', () => {
    expect(promises.filter(({ cases, tests }) => cases.length + tests.length === 0).map(({ text }) => text)).toEqual([])
    expect(promises.length).toBeGreaterThanOrEqual(least)
  })
})

it('the tests elsewhere are there, and each is named for one promise', () => {
  expect(missingElsewhere()).toEqual([])
})

it('docs/conformance.md is up to date: npm run catalogue', () => {
  expect(readSource('docs/conformance.md')).toBe(cataloguePage())
})

it('a test elsewhere is one that is run, and not only written about', () => {
  const names = testNames('test/conformance/catalogue/promises.test.ts')
  expect(names).toContain('docs/conformance.md is up to date: npm run catalogue')
  expect(names).toContain('has a case, or a test elsewhere')
  expect(names).not.toContain('sentence of the documented API')
})
