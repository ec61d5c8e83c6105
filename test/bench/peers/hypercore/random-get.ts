import { shuffled } from '../../shuffled.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { appendAll, writableCore } from './core.ts'

/** Gets blocks that are stored, each once, in an order by chance, one after the other. */
export const randomGet: Peer = {
  differs: 'RocksDB; does not hash what it reads',

  async run(size) {
    const core = await writableCore()
    await appendAll(core, size)
    const order = shuffled(size.count)
    const seconds = stopwatch()
    let bytes = 0
    for (const index of order) bytes += (await core.get(index))?.length ?? 0
    const elapsed = seconds()
    if (bytes !== size.count * size.length) throw new Error('bytes are missing')
    await core.close()
    return elapsed
  }
}
