import { blocks } from '../content.ts'
import { shuffled } from '../shuffled.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Program } from '../work.ts'
import { appendAll, openCore } from './core.ts'

/** Gets blocks that are stored in LevelDB, each once, in an order by chance, one after the other. */
export const randomGet: Program = {
  async run(size) {
    const core = await openCore('level')
    const feed = core.add()
    await appendAll(feed, [...blocks(size)], size.length)
    await feed.finalize()
    const order = shuffled(size.count)
    const seconds = stopwatch()
    let bytes = 0
    for (const index of order) bytes += (await feed.get(index))?.length ?? 0
    const elapsed = seconds()
    if (bytes !== size.count * size.length) throw new Error('bytes are missing')
    await core.close()
    return elapsed
  }
}
