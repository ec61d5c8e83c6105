import { VerificationError } from '@anyfeed/interfaces'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullRoots } from '../src/tree/flat-tree.ts'
import { uncles } from '../src/tree/proof.ts'
import type { VerifiedRun } from '../src/tree/range-verifier.ts'
import { type TrustedTree, verifyAlone, verifyBlock } from '../src/tree/verifier.ts'
import { seededBlocks } from './content.ts'
import { GrownTree, hash } from './grown-tree.ts'

const trees = new Map<number, GrownTree>()

function grown(blocks: number): GrownTree {
  const tree = trees.get(blocks) ?? new GrownTree(seededBlocks(blocks))
  trees.set(blocks, tree)
  return tree
}

/** What somebody trusts who knows the id alone. */
function stranger(tree: GrownTree): TrustedTree {
  return { hash, id: tree.id, blocks: 0, node: () => undefined }
}

/** What somebody trusts who knows the roots, and some nodes besides. */
function trusting(tree: GrownTree, indexes: readonly number[] = []): TrustedTree {
  const roots = fullRoots(tree.blocks.length)
  const known = new Set([...roots, ...indexes])
  return { hash, id: tree.id, blocks: tree.blocks.length, node: (i) => (known.has(i) ? tree.nodes.get(i) : undefined) }
}

const somewhere = fc
  .integer({ min: 1, max: 70 })
  .chain((blocks) => fc.record({ blocks: fc.constant(blocks), block: fc.nat(blocks - 1) }))
const runs = { seed: 3, numRuns: 400 }

describe('the verifier', () => {
  it('takes what an honest peer sends, and trusts exactly true nodes', () => {
    fc.assert(
      fc.property(somewhere, fc.boolean(), ({ blocks, block }, known) => {
        const tree = grown(blocks)
        const verified = verifyBlock(known ? trusting(tree) : stranger(tree), tree.claim(block)) as VerifiedRun
        expect(verified).toMatchObject({ blocks: [{ index: block }], length: blocks })
        for (const node of verified.nodes) expect(node.hash).toEqual(tree.nodes.get(node.index))
        if (!known) for (const root of fullRoots(blocks)) expect(verified.nodes.map((n) => n.index)).toContain(root)
      }),
      runs
    )
  })

  it('refuses any altered bit of data, hash or index', () => {
    fc.assert(
      fc.property(somewhere, fc.boolean(), fc.nat(), fc.nat(7), ({ blocks, block }, known, where, bit) => {
        const tree = grown(blocks)
        const claim = tree.claim(block)
        const mask = 1 << bit
        const bytes = [claim.data, ...claim.proof.map((node) => node.hash)].filter((array) => array.length > 0)
        const target = bytes[where % bytes.length] as Uint8Array
        const place = Math.floor(where / bytes.length) % target.length
        target[place] = (target[place] as number) ^ mask
        const trusted = known ? trusting(tree) : stranger(tree)
        expect(() => verifyBlock(trusted, claim)).toThrow(VerificationError)
      }),
      { ...runs, numRuns: 2000 }
    )
  })

  it('refuses altered indexes, another order, and nodes that are too many', () => {
    fc.assert(
      fc.property(
        somewhere,
        fc.boolean(),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('index', 'order', 'extra', 'block'),
        (at, known, n, m, how) => {
          const tree = grown(at.blocks)
          const claim = tree.claim(at.block)
          const proof = [...claim.proof]
          const place = n % proof.length
          const node = proof[place] as { index: number; hash: Uint8Array }
          let { block } = claim
          if (how === 'index') proof[place] = { ...node, index: m % 2 === 0 ? node.index + 1 + (m % 7) : m }
          else if (how === 'block') block = (block + 1 + m) % (at.blocks + 3)
          else if (how === 'extra') proof.splice(place, 0, m % 2 === 0 ? node : { index: 2 * m, hash: node.hash })
          else {
            const other = m % proof.length
            proof[place] = proof[other] as typeof node
            proof[other] = node
          }
          const same =
            block === claim.block &&
            proof.length === claim.proof.length &&
            proof.every((node, i) => node.index === claim.proof[i]?.index)
          // A block with the same bytes and the same path does not exist elsewhere.
          fc.pre(!same)
          const verify = () => verifyBlock(known ? trusting(tree) : stranger(tree), { block, data: claim.data, proof })
          let needs = false
          try {
            needs = 'needs' in verify()
          } catch (error) {
            expect(error).toBeInstanceOf(VerificationError)
            needs = true
          }
          expect(needs).toBe(true)
        }
      ),
      { ...runs, numRuns: 3000 }
    )
  })

  it('takes a proof that leaves out what is known, and asks for what it needs', () => {
    fc.assert(
      fc.property(somewhere, fc.nat(7), ({ blocks, block }, kept) => {
        const tree = grown(blocks)
        const all = uncles(block, blocks)
        const claim = tree.claim(block)
        const short = { ...claim, proof: claim.proof.slice(0, Math.min(kept, all.length)) }
        const known = trusting(tree, all.slice(short.proof.length))
        expect(verifyBlock(known, short)).toMatchObject({ blocks: [{ index: block }], length: blocks })
        // Without them, it says which nodes might help; with those it goes on.
        const first = verifyBlock(trusting(tree), short)
        const needs = 'needs' in first ? first.needs : []
        expect(needs.length > 0).toBe(short.proof.length < all.length)
        expect(verifyBlock(trusting(tree, needs), short)).toMatchObject({ blocks: [{ index: block }] })
      }),
      runs
    )
  })

  it('refuses a wrong block even when the proof is cut short', () => {
    const tree = grown(16)
    const claim = { ...tree.claim(5), data: Uint8Array.of(1), proof: [] }
    const known = trusting(tree, [10, 8, 13, 3, 23])
    expect(() => verifyBlock(known, claim)).toThrow(VerificationError)
  })

  it('refuses proofs whose roots are missing, incomplete, or of another feed', () => {
    const tree = grown(11)
    const claim = tree.claim(3)
    for (const proof of [[], claim.proof.slice(0, -1), claim.proof.slice(0, 3), grown(12).claim(3).proof]) {
      expect(() => verifyBlock(stranger(tree), { ...claim, proof })).toThrow(VerificationError)
    }
    expect(verifyAlone(hash, tree.id, { ...claim, proof: claim.proof.slice(1) })).toBeUndefined()
  })

  it('refuses a last root at the end of numbers, without a long loop', () => {
    const { id } = grown(1)
    for (const index of [2 ** 53 - 1, 2 ** 53 - 2, 2 ** 33, 2 ** 33 + 1, 2 ** 52 - 1, Number.MAX_SAFE_INTEGER - 4]) {
      const claim = { block: 0, data: new Uint8Array(0), proof: [{ index, hash: new Uint8Array(32) }] }
      expect(() => verifyBlock({ hash, id, blocks: 0, node: () => undefined }, claim)).toThrow(VerificationError)
    }
  })
})
