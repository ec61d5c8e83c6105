import { createCore, type Feed } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { heldBytes } from '../heap.ts'
import { temporaryFolder } from '../stores/temporary-folder.ts'
import { level } from '../stores/temporary-level.ts'
import type { Program } from '../work.ts'

/** Opens feeds that are stored in LevelDB and leaves them alone; resolves with the bytes that each takes. */
export const idleFeeds: Program = {
  async run({ count }) {
    const folder = temporaryFolder()
    const ids = await writeFeeds(count, folder)
    const core = createCore({ storage: levelStorage(level(folder)) })
    await core.open()
    // One that is opened and closed brings in all code and every cache.
    const first = core.get(ids[0] as string)
    await first.open()
    await first.close()
    const before = await heldBytes()
    const feeds = ids.map((id) => core.get(id))
    await Promise.all(feeds.map((feed) => feed.open()))
    const held = (await heldBytes()) - before
    if (!feeds.every((feed: Feed) => feed.complete)) throw new Error('feeds are missing')
    await core.close()
    return held / count
  }
}

async function writeFeeds(count: number, folder: string): Promise<string[]> {
  const core = createCore({ storage: levelStorage(level(folder)) })
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    const feed = core.add()
    await feed.append([`feed ${i}`, 'has', 'three blocks'])
    ids.push(Buffer.from((await feed.finalize()) as Uint8Array).toString('hex'))
    await feed.close()
  }
  await core.close()
  return ids
}
