import { describe, expect, it } from 'vitest'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createCore } from '@anyfeed/core'
import { sha256 } from '../../packages/core/src/platform/node.ts'
import { FeedTree } from '../../packages/core/src/tree/feed-tree.ts'
import { grow } from '../../packages/core/src/tree/grow.ts'
import { proofIndexes } from '../../packages/core/src/tree/proof.ts'
import { treeHash } from '../../packages/core/src/tree/tree-hash.ts'
import { verifyBlock } from '../../packages/core/src/tree/verifier.ts'
import { hex, unhex } from '../../packages/core/test/content.ts'
import { recordedFeeds } from './recorded.ts'

const hash = treeHash(sha256)

describe.each(recordedFeeds)('the recorded feed of $title', ({ blocks, id, proofs }) => {
  it('has the recorded id', async () => {
    const core = createCore({ storage: memoryStorage() })
    const feed = core.add()
    for (let i = 0; i < blocks.length; i += 777) await feed.append(blocks.slice(i, i + 777))
    expect(hex(await feed.finalize())).toBe(id)
    expect(feed.blocks).toBe(blocks.length)
    await core.close()
  })

  it('has the recorded id and proofs by the tree alone', async () => {
    const grown = grow(hash, [], 0, blocks.map(hash.leaf))
    const nodes = new Map(grown.nodes.map(({ index, hash }) => [index, hash]))
    expect(hex(hash.id(grown.roots))).toBe(id)

    const tree = new FeedTree({ hash, id: unhex(id), storage: { getNodes: async (indexes) => indexes.map((index) => nodes.get(index)) } })
    await tree.loadRoots(blocks.length)
    for (const { block, nodes: recorded } of proofs) {
      expect(proofIndexes(block, blocks.length)).toEqual(recorded.map(({ index }) => index))
      const proof = await tree.proof(block)
      expect(proof.map(({ index, hash }) => ({ index, hash: hex(hash) }))).toEqual(recorded)
      const stranger = { hash, id: unhex(id), blocks: 0, node: () => undefined }
      const verified = verifyBlock(stranger, { block, data: blocks[block] as Uint8Array, proof })
      expect(verified).toMatchObject({ blocks: [{ index: block }], length: blocks.length })
    }
  })
})

it('there are recorded feeds of up to 10,000 blocks, and recorded proofs', () => {
  expect(recordedFeeds.length).toBeGreaterThan(50)
  expect(Math.max(...recordedFeeds.map(({ blocks }) => blocks.length))).toBe(10_000)
  expect(recordedFeeds.flatMap(({ proofs }) => proofs).length).toBeGreaterThan(50)
})
