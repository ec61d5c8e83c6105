import { blocks, verifyBlocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Program } from '../work.ts'
import { appendAll, openCore } from './core.ts'

/** Appends blocks to a feed in LevelDB; each call resolves when its blocks survive a loss of power. */
export const durableAppend: Program = {
  async run(size) {
    const core = await openCore('level', { durability: 'machine' })
    const feed = core.add()
    await feed.open()
    const content = [...blocks(size)]
    const seconds = stopwatch()
    await appendAll(feed, content, size.length)
    const elapsed = seconds()
    await verifyBlocks(size, (index) => feed.get(index))
    await core.close()
    return elapsed
  }
}
