import { blocks, verifyBlocks } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { appendAll, writableCore } from './core.ts'

/** Appends blocks, a MiB a call. */
export const append: Peer = {
  differs: 'RocksDB; acknowledged when written, not when synced; hashes with BLAKE2b and signs each call',

  async run(size) {
    const core = await writableCore()
    const content = [...blocks(size)]
    const seconds = stopwatch()
    await appendAll(core, size, content)
    const elapsed = seconds()
    await verifyBlocks(size, (index) => core.get(index))
    await core.close()
    return elapsed
  }
}
