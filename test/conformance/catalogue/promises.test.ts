import { describe, expect, it } from 'vitest'
import { cataloguePage } from './page.ts'
import { documentedPromises, missingElsewhere, type Promised, protocolPromises } from './promises.ts'
import { readSource } from './sources.ts'

describe.each([
  ['sentence of the documented API', documentedPromises(), 45],
  ['rule of the protocol', protocolPromises(), 80]
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
