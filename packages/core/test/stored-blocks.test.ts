import type { FeedStorage } from '@anyfeed/interfaces'
import { expect, it } from 'vitest'
import { PagedBitfield } from '../src/bitfield/paged-bitfield.ts'
import { readRun } from '../src/feed/stored-blocks.ts'
import type { StoredFeed } from '../src/feed/stored-feed.ts'

/** A feed of which block 0 is here, and block 1 comes while that is being read. */
function feedInFlux(stored: ReadonlyArray<Uint8Array | undefined>) {
  const have = new PagedBitfield()
  have.put(0)
  const told: unknown[] = []
  const storage: Pick<FeedStorage, 'getBlock'> = {
    async getBlock(index) {
      await undefined
      have.put(1)
      return stored[index]
    }
  }
  const feed = {
    storage,
    have,
    rehash: false,
    has: (block: number) => have.has(block),
    dropDamaged: async (block: number) => void have.put(block, false),
    emit: (...event: unknown[]) => void told.push(event)
  }
  return { feed: feed as unknown as StoredFeed, told }
}

const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)]

it('a block that comes while its neighbours are read is given, and not taken for damaged', async () => {
  const { feed, told } = feedInFlux([one, two])
  expect(await readRun(feed, 0, 2, 1000)).toEqual([one, two])
  expect(told).toEqual([])
})

it('a block that the store has lost is dropped, and told of', async () => {
  const { feed, told } = feedInFlux([one, undefined])
  expect(await readRun(feed, 0, 2, 1000)).toEqual([one, undefined])
  expect(feed.has(1)).toBe(false)
  expect(told).toMatchObject([['error', { code: 'ERR_BLOCK_DAMAGED' }]])
})
