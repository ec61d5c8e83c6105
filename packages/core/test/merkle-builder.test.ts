import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sha256 } from '../src/platform/node.ts'
import { fullRoots } from '../src/tree/flat-tree.ts'
import { MerkleBuilder } from '../src/tree/merkle-builder.ts'
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
      const builder = new MerkleBuilder(hash)
      const leaves: Uint8Array[] = []
      const seen = new Set<number>()
      for (const batch of batches) {
        const added = seededBlocks(batch, `b${leaves.length}`).map(hash.leaf)
        leaves.push(...added)
        for (const { index } of builder.append(added)) {
          expect(seen.has(index)).toBe(false)
          seen.add(index)
        }
      }
      expect(builder.blocks).toBe(leaves.length)
      expect(builder.roots.map(({ index }) => index)).toEqual(fullRoots(leaves.length))
      let rest = leaves
      for (const root of builder.roots) {
        const size = 2 ** Math.floor(Math.log2(rest.length))
        expect(hex(root.hash)).toBe(hex(naiveRoot(rest.slice(0, size))))
        rest = rest.slice(size)
      }
      // All nodes below the roots, and no others.
      expect(seen.size).toBe(
        builder.roots.reduce((sum, _, i) => sum + 2 * (fullSizes(leaves.length)[i] as number) - 1, 0)
      )
    }),
    { seed: 2, numRuns: 200 }
  )
})

it('grows apart from its clone, and goes on from roots', () => {
  const builder = new MerkleBuilder(hash)
  builder.append(seededBlocks(11).map(hash.leaf))
  const clone = builder.clone()
  clone.append(seededBlocks(5, 'other').map(hash.leaf))
  expect(builder.blocks).toBe(11)
  expect(clone.blocks).toBe(16)
  const resumed = new MerkleBuilder(hash, builder.blocks, builder.roots)
  resumed.append(seededBlocks(5, 'other').map(hash.leaf))
  expect(hex(hash.id(resumed.roots))).toBe(hex(hash.id(clone.roots)))
  expect(hex(hash.id(builder.roots))).not.toBe(hex(hash.id(clone.roots)))
})

function fullSizes(blocks: number): number[] {
  const sizes: number[] = []
  for (let rest = blocks; rest > 0; rest -= sizes.at(-1) as number) sizes.push(2 ** Math.floor(Math.log2(rest)))
  return sizes
}
