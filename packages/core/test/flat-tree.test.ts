import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { depth, fullRoots, parent, sibling } from '../src/tree/flat-tree.ts'
import { proofIndexes, uncles } from '../src/tree/proof.ts'
import { indexOf, runBelow } from '../src/tree/subtree.ts'

const seed = { seed: 1 }

/** The same, naively, on integers of any size. */
const naive = {
  depth: (index: bigint): bigint => {
    let depth = 0n
    for (let rest = index; rest % 2n === 1n; rest /= 2n) depth++
    return depth
  },
  offset: (index: bigint): bigint => index / 2n ** (naive.depth(index) + 1n),
  at: (depth: bigint, offset: bigint): bigint => offset * 2n ** (depth + 1n) + 2n ** depth - 1n,
  parent: (index: bigint): bigint => naive.at(naive.depth(index) + 1n, naive.offset(index) / 2n),
  sibling: (index: bigint): bigint => naive.at(naive.depth(index), naive.offset(index) ^ 1n),
  rightSpan: (index: bigint): bigint => index + 2n ** naive.depth(index) - 1n
}

const index = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  // Around powers of two, where depth changes most.
  fc.tuple(fc.nat(53), fc.integer({ min: -3, max: 3 })).map(([e, d]) => Math.min(2 ** 53 - 1, Math.max(0, 2 ** e + d)))
)

describe('the flat tree', () => {
  it('is as a naive model has it, up to 2^53 - 1', () => {
    fc.assert(
      fc.property(index, (index) => {
        const big = BigInt(index)
        expect(BigInt(depth(index))).toBe(naive.depth(big))
        for (const [ours, theirs] of [
          [parent, naive.parent],
          [sibling, naive.sibling]
        ] as const) {
          const expected = theirs(big)
          if (expected <= BigInt(Number.MAX_SAFE_INTEGER)) expect(BigInt(ours(index))).toBe(expected)
        }
        const { start, end } = runBelow(index)
        expect(2n * BigInt(end) - 2n).toBe(naive.rightSpan(big))
        expect(BigInt(end) - BigInt(start)).toBe(2n ** naive.depth(big))
        expect(indexOf(start, end)).toBe(index)
      }),
      { ...seed, numRuns: 5000 }
    )
  })

  it('has the full roots of a feed: perfect, adjacent, and one size each', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(5000),
          fc.nat(2 ** 31 - 1),
          fc.maxSafeNat().map((n) => n % 2 ** 48)
        ),
        (blocks) => {
          let next = 0
          let last = Infinity
          for (const root of fullRoots(blocks)) {
            const size = 2 ** depth(root)
            expect(size).toBeLessThan(last)
            expect(root - (size - 1)).toBe(2 * next)
            next += size
            last = size
          }
          expect(next).toBe(blocks)
          if (blocks > 0) expect(runBelow(fullRoots(blocks).at(-1) as number).end).toBe(blocks)
        }
      ),
      { ...seed, numRuns: 2000 }
    )
  })

  it('knows six blocks as PROTOCOL.md draws them', () => {
    expect(fullRoots(6)).toEqual([3, 9])
    expect(fullRoots(0)).toEqual([])
    expect([0, 2, 4, 6, 8, 10].map(depth)).toEqual([0, 0, 0, 0, 0, 0])
    expect([1, 5, 9].map(parent)).toEqual([3, 3, 11])
    expect(proofIndexes(4, 6)).toEqual([10, 3, 9])
    expect(proofIndexes(1, 6)).toEqual([0, 5, 3, 9])
  })

  it('leads each leaf to exactly one root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.nat(), (blocks, n) => {
        const block = n % blocks
        const path = [2 * block, ...uncles(block, blocks).map(parent)]
        const roots = fullRoots(blocks)
        expect(roots).toContain(path.at(-1))
        expect(path.filter((node) => roots.includes(node))).toHaveLength(1)
        expect(uncles(block, blocks)).toHaveLength(path.length - 1)
        expect(proofIndexes(block, blocks).length).toBeLessThanOrEqual(64)
      }),
      { ...seed, numRuns: 1000 }
    )
  })
})
