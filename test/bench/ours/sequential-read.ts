import { blocks, verifyStream } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Program } from '../work.ts'
import { openCore } from './core.ts'
import { idOf, serveFeed, trade } from './replicate.ts'
import { tcpLink } from './transports.ts'

/** Reads a feed from its first block to its last, over a connection that is open. */
export const sequentialRead: Program = {
  serve: (size) => serveFeed(size, 'memory', tcpLink),

  async run(size, [served]) {
    const core = await openCore('memory')
    const { dial } = await tcpLink()
    const greeted = new Promise((resolve) => core.once('peer', resolve))
    if (served === undefined) throw new Error('nobody serves')
    trade(core, await dial(served))
    await greeted
    const chunks: Uint8Array[] = []
    const seconds = stopwatch()
    for await (const block of core.get(idOf([served])).read()) chunks.push(block)
    const elapsed = seconds()
    verifyStream(blocks(size), chunks)
    return elapsed
  }
}
