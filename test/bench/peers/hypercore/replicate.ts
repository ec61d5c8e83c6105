import { verifyBlocks } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { dialOverTcp } from '../tcp.ts'
import { emptyCore, serveCore } from './core.ts'

/** Downloads all blocks of a core. */
export const replicate: Peer = {
  differs: 'disk (RocksDB, not synced), encrypted (noise over TCP); verifies every block with BLAKE2b and a signature',
  serve: serveCore,

  async run(size, served) {
    const core = await emptyCore(served)
    const seconds = stopwatch()
    for (const holder of served) await dialOverTcp(holder, core.replicate(true))
    await core.download({ start: 0, end: size.count }).done()
    const elapsed = seconds()
    await verifyBlocks(size, (index) => core.get(index))
    await core.close()
    return elapsed
  }
}
