import { createHash } from 'node:crypto'
import { createCore } from '@anyfeed/core'
import type { FeedStorage } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { expect, it } from 'vitest'
import { depth, fullRoots } from '../../packages/core/src/tree/flat-tree.ts'
import { treeHash } from '../../packages/core/src/tree/tree-hash.ts'

const BLOCKS = 10_000_000
const BLOCK = new TextEncoder().encode('again')

const hash = treeHash((...parts) => {
  const state = createHash('sha256')
  for (const part of parts) state.update(part)
  return new Uint8Array(state.digest())
})

/** All blocks are the same, and so are all nodes of one height: a feed of any size without writing it. */
const nodes: Uint8Array[] = [hash.leaf(BLOCK)]
for (let height = 1; 2 ** height <= BLOCKS; height++) {
  const below = nodes[height - 1] as Uint8Array
  nodes.push(hash.parent(below, below))
}
const node = (index: number) => nodes[depth(index)] as Uint8Array
const id = hash.id(fullRoots(BLOCKS).map((index) => ({ index, hash: node(index) })))

it('a feed of 10 million blocks opens by its roots, and a block of it is read by itself', async () => {
  const read = { nodes: 0, blocks: 0, have: 0 }
  const stored: FeedStorage = {
    record: { key: id, id, blocks: BLOCKS, complete: true, byteLength: BLOCKS * BLOCK.length },
    commit: () => Promise.reject(new Error('nothing is to be written')),
    async getBlock() {
      read.blocks++
      return BLOCK.slice()
    },
    async getNodes(indexes) {
      read.nodes += indexes.length
      return indexes.map(node)
    },
    async getHave() {
      read.have++
      return []
    }
  }
  const core = createCore({ storage: memoryStorage(), wrapStorage: () => stored })
  const feed = core.get(id)
  await feed.open()
  expect([feed.blocks, feed.complete, feed.has(BLOCKS - 1), feed.has(BLOCKS)]).toEqual([BLOCKS, true, true, false])
  expect(read).toEqual({ nodes: fullRoots(BLOCKS).length, blocks: 0, have: 0 })
  expect(await feed.get(BLOCKS >> 1)).toEqual(BLOCK)
  // The block, and its leaf to check it by.
  expect(read).toEqual({ nodes: fullRoots(BLOCKS).length + 1, blocks: 1, have: 0 })
  expect(await feed.get(BLOCKS)).toBe(null)
  await core.close()
})
