import { hash } from 'node:crypto'
import { blocks, verifyBlocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import { BatchWriter } from '../stores/batch-writer.ts'
import { sequentialKey } from '../stores/sequential-key.ts'
import { temporaryLevel } from '../stores/temporary-level.ts'
import type { Limit } from '../work.ts'

/** Hashes each block and puts it into LevelDB, a MiB at a time, each batch synced to the disk. */
export const levelAppend: Limit = {
  does: 'SHA-256 of each block, batched sync puts of 1 MiB into LevelDB',

  async run(size) {
    const content = [...blocks(size)]
    const db = temporaryLevel()
    await db.open()
    const seconds = stopwatch()
    const writer = new BatchWriter(db, { sync: true })
    for (const block of content) {
      hash('sha256', block, 'buffer')
      await writer.put(block)
    }
    await writer.flush()
    const elapsed = seconds()
    await verifyBlocks(size, (index) => db.get(sequentialKey(index)))
    await db.close()
    return elapsed
  }
}
