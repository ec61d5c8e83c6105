import type { TreeNode } from '@anyfeed/interfaces'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sha256 } from '../src/platform/node.ts'
import { fullRoots } from '../src/tree/flat-tree.ts'
import { grow } from '../src/tree/grow.ts'
import { treeHash } from '../src/tree/tree-hash.ts'
import { hex, seededBlocks } from './content.ts'

const hash = treeHash(sha256)

/** The hash of `leaves`, whose number is a power of two. */
function naiveRoot(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array
  const half = leaves.length / 2
  return hash.parent(naiveRoot(leaves.slice(0, half)), naiveRoot(leaves.slice(half)))
}

it('has the roots of a naive tree, however the blocks come in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), (batches) => {
      let roots: readonly TreeNode[] = []
      const leaves: Uint8Array[] = []
      const seen = new Set<number>()
      for (const batch of batches) {
        const added = seededBlocks(batch, `b${leaves.length}`).map(hash.leaf)
        const grown = grow(hash, roots, leaves.length, added)
        leaves.push(...added)
        roots = grown.roots
        for (const { index } of grown.nodes) {
          expect(seen.has(index)).toBe(false)
          seen.add(index)
        }
      }
      expect(roots.map(({ index }) => index)).toEqual(fullRoots(leaves.length))
      let rest = leaves
      for (const root of roots) {
        const size = 2 ** Math.floor(Math.log2(rest.length))
        expect(hex(root.hash)).toBe(hex(naiveRoot(rest.slice(0, size))))
        rest = rest.slice(size)
      }
      // All nodes below the roots, and no others.
      expect(seen.size).toBe(roots.reduce((sum, _, i) => sum + 2 * (fullSizes(leaves.length)[i] as number) - 1, 0))
    }),
    { seed: 2, numRuns: 200 }
  )
})

it('leaves the roots that it goes on from as they were', () => {
  const { roots } = grow(hash, [], 0, seededBlocks(11).map(hash.leaf))
  const id = hex(hash.id(roots))
  const more = seededBlocks(5, 'other').map(hash.leaf)
  const first = grow(hash, roots, 11, more)
  const second = grow(hash, roots, 11, more)
  expect(hex(hash.id(second.roots))).toBe(hex(hash.id(first.roots)))
  expect(hex(hash.id(roots))).toBe(id)
  expect(hex(hash.id(first.roots))).not.toBe(id)
})

function fullSizes(blocks: number): number[] {
  const sizes: number[] = []
  for (let rest = blocks; rest > 0; rest -= sizes.at(-1) as number) sizes.push(2 ** Math.floor(Math.log2(rest)))
  return sizes
}
