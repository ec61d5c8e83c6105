import type { Core, FeedRecord } from '@anyfeed/core'
import type { FeedEvent } from './output/events.ts'

/** What is known of a stored feed. */
export async function toFeedEvent(core: Core, record: FeedRecord & { readonly id: Uint8Array }): Promise<FeedEvent> {
  const { id, blocks, byteLength: bytes, complete } = record
  const held = complete ? blocks : await countHeld(core, id)
  return { event: 'feed', id: Buffer.from(id).toString('hex'), blocks, held, bytes, complete }
}

async function countHeld(core: Core, id: Uint8Array): Promise<number> {
  const feed = core.get(id)
  try {
    await feed.open()
    return feed.held
  } finally {
    await feed.close()
  }
}
