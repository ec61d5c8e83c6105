import { type Core, createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { expect, it } from 'vitest'
import { coreWith } from '../../packages/core/test/content.ts'
import { connect } from '../../packages/core/test/pipe.ts'

const PEERS = 1000
const BLOCKS = Array.from({ length: 16 }, (_, i) => `block ${i}`)

it('a thousand peers on one feed, in one process: all of them get it', async () => {
  const { core: source, id } = await coreWith(BLOCKS)
  const shared = source.get(id)
  const peers = Array.from({ length: PEERS }, () => createCore({ storage: memoryStorage() }))
  const feeds = peers.map((core) => core.get(id))
  const downloads = feeds.map((feed) => feed.download().done)
  // All of them with the one that has the feed, and each with the next.
  for (const [i, core] of peers.entries()) {
    connect(core, source)
    connect(core, peers[(i + 1) % PEERS] as Core)
  }
  await Promise.all(downloads)
  expect(shared.peers).toBe(PEERS)
  expect(feeds.every((feed) => feed.complete)).toBe(true)
  const last = await Promise.all(feeds.map((feed) => feed.get(BLOCKS.length - 1)))
  expect(new Set(last.map((block) => new TextDecoder().decode(block as Uint8Array)))).toEqual(new Set(['block 15']))
  await Promise.all(peers.map((core) => core.close()))
  await source.close()
}, 120_000)
