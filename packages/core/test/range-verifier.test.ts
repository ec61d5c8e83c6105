import { VerificationError } from '@anyfeed/interfaces'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullRoots } from '../src/tree/flat-tree.ts'
import { rangeProofIndexes } from '../src/tree/range-proof.ts'
import { type RangeClaim, RangeVerifier, type TrustedTop } from '../src/tree/range-verifier.ts'
import { indexOf, type Run, runBelow } from '../src/tree/subtree.ts'
import { seededBlocks } from './content.ts'
import { GrownTree, hash } from './grown-tree.ts'

const trees = new Map<number, GrownTree>()

function treeOf(blocks: number): GrownTree {
  const tree = trees.get(blocks) ?? new GrownTree(seededBlocks(blocks))
  trees.set(blocks, tree)
  return tree
}

function joined(tree: GrownTree, indexes: readonly number[]): Uint8Array {
  return Uint8Array.from(indexes.flatMap((index) => [...(tree.nodes.get(index) as Uint8Array)]))
}

/** The answers to a request for a run, cut where `cuts` say, as an honest peer gives them. */
function answers(tree: GrownTree, frames: readonly Run[], top: number | undefined): RangeClaim[] {
  const length = tree.blocks.length
  const tops = top === undefined ? fullRoots(length).map(runBelow) : [runBelow(top)]
  let known = -1
  return frames.map((run, i) => {
    const proof = joined(tree, rangeProofIndexes(run, tops, known))
    known = run.end - 1
    const first = i === 0 && top === undefined
    const roots = first ? { blocks: length, hashes: joined(tree, fullRoots(length)) } : undefined
    return { start: run.start, blocks: tree.blocks.slice(run.start, run.end), proof, roots }
  })
}

/** The trusted nodes above a run, from the lowest to the root. */
function topsAbove(tree: GrownTree, run: Run): number[] {
  const indexes: number[] = []
  for (let size = 1; size <= tree.blocks.length; size *= 2) {
    const first = run.start - (run.start % size)
    const index = indexOf(first, first + size)
    if (first + size >= run.end && tree.nodes.has(index)) indexes.push(index)
  }
  return indexes
}

function trusting(tree: GrownTree, top: number | undefined): TrustedTop | undefined {
  if (top === undefined) return undefined
  const node = { index: top, hash: tree.nodes.get(top) as Uint8Array }
  return { top: node, isRoot: false, length: tree.blocks.length }
}

/** A feed, a run of it, where its answers are cut, and what the asker trusts. */
const requests = fc
  .record({ blocks: fc.integer({ min: 1, max: 70 }), from: fc.nat(), count: fc.nat(), trust: fc.nat() })
  .chain(({ blocks, from, count, trust }) => {
    const tree = treeOf(blocks)
    const start = from % blocks
    const run = { start, end: start + 1 + (count % (blocks - start)) }
    const tops = [undefined, ...topsAbove(tree, run)]
    const parts = fc.array(fc.record({ length: fc.integer({ min: 1, max: 20 }), skip: fc.boolean() }), { minLength: 1 })
    return parts.map((parts) => {
      const frames: Run[] = []
      for (let at = run.start, i = 0; at < run.end; i++) {
        const { length, skip } = parts[i % parts.length] as (typeof parts)[0]
        const end = Math.min(run.end, at + length)
        // Blocks that the peer does not have are passed over, but not all of them.
        if (!skip || (end === run.end && frames.length === 0)) frames.push({ start: at, end })
        at = end
      }
      return { tree, frames, top: tops[trust % tops.length] }
    })
  })

describe('the answers to a range request', () => {
  it('lead to the id, however they are cut, whatever is left out and whatever was trusted', () => {
    fc.assert(
      fc.property(requests, ({ tree, frames, top }) => {
        const verifier = new RangeVerifier(hash, tree.id, trusting(tree, top))
        const trusted = new Set<number>()
        for (const claim of answers(tree, frames, top)) {
          const { blocks, nodes, frontier, length } = verifier.accept(claim, true)
          expect(length).toBe(tree.blocks.length)
          expect(blocks.map(({ index }) => index)).toEqual(claim.blocks.map((_, i) => claim.start + i))
          for (const { index, hash, data } of blocks) {
            expect(data).toBe(tree.blocks[index])
            expect(hash).toEqual(tree.nodes.get(2 * index))
          }
          for (const { index, hash } of [...nodes, ...frontier]) {
            expect(hash).toEqual(tree.nodes.get(index))
            trusted.add(index)
          }
          // The store can prove each block from now on: it has all that lies between the block and what was trusted.
          for (const { index } of blocks) {
            for (const above of topsAbove(tree, { start: index, end: index + 1 })) {
              if (above === top) break
              expect(trusted.has(above)).toBe(true)
            }
          }
        }
      }),
      { seed: 6, numRuns: 2000 }
    )
  })

  it('are refused, each with whatever is changed, left out or added', () => {
    fc.assert(
      fc.property(
        requests,
        fc.nat(),
        fc.constantFrom('block', 'proof', 'shorter', 'longer', 'place', 'roots'),
        (request, at, what) => {
          const { tree, frames, top } = request
          const claims = answers(tree, frames, top)
          const verifier = new RangeVerifier(hash, tree.id, trusting(tree, top))
          const broken = at % claims.length
          for (const claim of claims.slice(0, broken)) verifier.accept(claim, true)
          const damaged = damage(claims[broken] as RangeClaim, what, at)
          fc.pre(damaged !== undefined)
          expect(() => verifier.accept(damaged as RangeClaim, true)).toThrow(VerificationError)
        }
      ),
      { seed: 6, numRuns: 2000 }
    )
  })

  it('carry one proof for all: no hash that follows from the blocks or that the asker has', () => {
    const tree = treeOf(64)
    const top = indexOf(0, 64)
    expect(rangeProofIndexes({ start: 0, end: 64 }, [runBelow(top)], -1)).toEqual([])
    // Eight blocks of their own subtree: its sibling, and two uncles.
    expect(rangeProofIndexes({ start: 8, end: 16 }, [runBelow(top)], -1)).toHaveLength(3)
    expect(rangeProofIndexes({ start: 8, end: 16 }, [runBelow(indexOf(8, 16))], -1)).toEqual([])
    // Block by block: all that lies aside comes with the first, and one hash for each pair after that.
    const single = Array.from({ length: 16 }, (_, i) => ({ start: i, end: i + 1 }))
    const hashes = answers(tree, single, top).map(({ proof }) => proof.length / 32)
    expect(hashes).toEqual([6, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0])
  })
})

function damage(claim: RangeClaim, what: string, at: number): RangeClaim | undefined {
  const { start, blocks, proof, roots } = claim
  if (what === 'block')
    return { ...claim, blocks: blocks.map((block, i) => (i === at % blocks.length ? flipped(block, at) : block)) }
  if (what === 'longer') return { ...claim, proof: Uint8Array.from([...proof, ...new Uint8Array(32)]) }
  if (what === 'place') return { ...claim, start: start + 1 }
  if (what === 'roots') return roots && { ...claim, roots: { ...roots, hashes: flipped(roots.hashes, at) } }
  if (proof.length === 0) return undefined
  return { ...claim, proof: what === 'proof' ? flipped(proof, at) : proof.slice(32) }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(1)
  const copy = new Uint8Array(bytes)
  copy[at % copy.length] = (copy[at % copy.length] as number) ^ 1
  return copy
}
