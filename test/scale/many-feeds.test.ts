import { createHash } from 'node:crypto'
import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { MemoryLevel } from 'memory-level'
import { expect, it } from 'vitest'
import { treeHash } from '../../packages/core/src/tree/tree-hash.ts'

const FEEDS = 100_000
const AT_ONCE = 1000

const hash = treeHash((...parts) => {
  const state = createHash('sha256')
  for (const part of parts) state.update(part)
  return new Uint8Array(state.digest())
})

/** A feed of one block: what a store is given of it. */
function feedOf(text: string) {
  const data = new TextEncoder().encode(text)
  const leaf = hash.leaf(data)
  return { data, leaf, id: hash.id([{ index: 0, hash: leaf }]) }
}

it('a store of 100,000 feeds is listed, and one of them is found, read and deleted', async () => {
  const storage = levelStorage(new MemoryLevel({ keyEncoding: 'view', valueEncoding: 'view' }))
  await storage.open()
  for (let start = 0; start < FEEDS; start += AT_ONCE) {
    const commits = Array.from({ length: AT_ONCE }, (_, i) => {
      const { data, leaf, id } = feedOf(`feed ${start + i}`)
      const record = { key: id, id, blocks: 1, complete: true, byteLength: data.length }
      return storage.createFeed(id).commit({
        record,
        nodes: [{ index: 0, hash: leaf }],
        blocks: [{ index: 0, hash: leaf, data }]
      })
    })
    await Promise.all(commits)
  }

  const core = createCore({ storage })
  const count = async () => {
    let feeds = 0
    for await (const { complete } of core.list()) if (complete) feeds++
    return feeds
  }
  expect(await count()).toBe(FEEDS)
  const { id, data } = feedOf('feed 77777')
  const feed = core.get(id)
  expect(await feed.get(0)).toEqual(data)
  expect(feed.complete).toBe(true)
  expect(core.interests).toEqual([id])
  await feed.close()
  expect(await core.delete(id)).toBe(true)
  expect(await core.delete(id)).toBe(false)
  expect(await count()).toBe(FEEDS - 1)
  await core.close()
}, 120_000)
