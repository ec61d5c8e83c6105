import { blocks } from '../content.ts'
import { shuffled } from '../shuffled.ts'
import { stopwatch } from '../stopwatch.ts'
import { BatchWriter } from '../stores/batch-writer.ts'
import { sequentialKey } from '../stores/sequential-key.ts'
import { temporaryLevel } from '../stores/temporary-level.ts'
import type { Limit } from '../work.ts'

/** Gets values out of LevelDB, each once, in an order by chance, one after the other. */
export const levelGet: Limit = {
  does: '`db.get` of the same blocks in LevelDB',

  async run(size) {
    const db = temporaryLevel()
    await db.open()
    const writer = new BatchWriter(db)
    for (const block of blocks(size)) await writer.put(block)
    await writer.flush()
    const order = shuffled(size.count)
    const seconds = stopwatch()
    let bytes = 0
    for (const index of order) bytes += (await db.get(sequentialKey(index)))?.length ?? 0
    const elapsed = seconds()
    if (bytes !== size.count * size.length) throw new Error('bytes are missing')
    await db.close()
    return elapsed
  }
}
