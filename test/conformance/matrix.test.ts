import { type StackSuiteOptions, stackConformance } from '@anyfeed/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import { type Cell, nameOf, stackOf } from './matrix/cell.ts'
import { cells } from './matrix/cells.ts'
import { coveringCells, pairsOf } from './matrix/covering.ts'
import { originalSuite } from './matrix/original-suite.ts'
import { inWords, matrixPage } from './matrix/page.ts'
import { discoveryParts, storageParts, transportParts } from './matrix/parts.ts'

// A selection of what `npm run conformance` runs whole, unless all of it is asked for.
const whole = process.env.ANYFEED_MATRIX === 'whole'
const stacks = new Map<Cell, StackSuiteOptions>()
for (const cell of cells) {
  const stack = await stackOf(cell)
  if (!('cannot' in stack)) stacks.set(cell, stack)
}
const possible = [...stacks.keys()].map((cell) => ({ ...nameOf(cell), stack: stacks.get(cell) as StackSuiteOptions }))
const covering = coveringCells(possible)
const chosen = whole ? possible : covering

afterAll(() => Promise.all([...storageParts, ...transportParts, ...discoveryParts].map((part) => part.stop())))

it('each two adapters that can be together are so in a cell that is run', () => {
  const covered = new Set(covering.flatMap(pairsOf))
  expect([...new Set(possible.flatMap(pairsOf))].filter((pair) => !covered.has(pair))).toEqual([])
  // All pairs of a storage with anything, and all of a transport with a discovery but three.
  expect(covered.size).toBe(15 + 12 + 20 - 3)
  expect(covering.length).toBeLessThan(stacks.size / 2)
})

for (const { stack } of chosen) stackConformance({ describe, it }, stack)

// Each transport and each discovery, with the original as a peer.
for (const [place, transport] of transportParts.entries()) {
  for (const [other, discovery] of discoveryParts.entries()) {
    if (!whole && (place + other) % discoveryParts.length !== 1) continue
    const cell = cells.find((each) => each.transport === transport && each.discovery === discovery)
    const stack = stacks.get(cell as Cell)
    if (stack !== undefined) originalSuite({ describe, it }, stack)
  }
}

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
