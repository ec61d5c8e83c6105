import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { pairsOf } from './matrix/covering.ts'
import { inWords, matrixPage } from './matrix/page.ts'
import { stopParts, storageParts } from './matrix/parts.ts'
import { covering, stacks } from './matrix/stacks.ts'

afterAll(stopParts)

it('each two adapters that can be together are so in a cell that is run', () => {
  const covered = new Set(covering.flatMap(pairsOf))
  expect([...new Set(stacks.flatMap(pairsOf))].filter((pair) => !covered.has(pair))).toEqual([])
  // All pairs of a storage with anything, and all of a transport with a discovery but three.
  expect(covered.size).toBe(15 + 12 + 20 - 3)
  expect(covering.length).toBeLessThan(stacks.length / 2)
})

it('each storage has a file that runs its stacks', () => {
  const files = storageParts.map(({ name }) => `stacks-${name}.test.ts`)
  expect(files.filter((file) => !existsSync(new URL(file, import.meta.url)))).toEqual([])
})

describe('the page of the matrix', () => {
  const named = { storage: 's', transport: 't' }
  const results = [
    { ...named, discovery: 'd', passed: 2, skipped: [{ name: 'a.b', reason: 'no' }], failed: [], cannot: null },
    { ...named, discovery: 'e', passed: 0, skipped: [], failed: [], cannot: 'it holds too little' },
    { ...named, discovery: 'f', passed: 1, skipped: [], failed: [{ name: 'c.d', error: 'wrong' }], cannot: null },
    { ...named, discovery: 'g', passed: 0, skipped: [{ name: 'stack', reason: 'no way' }], failed: [], cannot: null }
  ]

  it('says of each cell what came of it, and why', () => {
    expect(results.map(inWords)).toEqual(['2 passed, 1 skipped', 'cannot be', '1 passed, 1 FAILED', 'left out'])
    const page = matrixPage(results)
    expect(page).toContain('| t | 2 passed, 1 skipped | cannot be | 1 passed, 1 FAILED | left out |')
    expect(page).toContain('- it holds too little: t with e')
    expect(page).toContain('- no: `a.b` on s')
    expect(page).toContain('- no way: `stack` on s')
    expect(page).toContain('- s, t with f: `c.d`: wrong')
  })
})
