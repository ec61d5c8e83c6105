import { blocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Program } from '../work.ts'
import { openCore } from './core.ts'
import { idOf, serveFeed, trade } from './replicate.ts'
import { tcpLink } from './transports.ts'

/** Gets one block of a feed that is not here, from a peer whose handshake has come. */
export const firstBlock: Program = {
  serve: (size) => serveFeed(size, 'memory', tcpLink),

  async run(size, [served]) {
    const core = await openCore('memory')
    const { dial } = await tcpLink()
    const greeted = new Promise((resolve) => core.once('peer', resolve))
    if (served === undefined) throw new Error('nobody serves')
    trade(core, await dial(served))
    await greeted
    const seconds = stopwatch()
    const block = await core.get(idOf([served])).get(0)
    const elapsed = seconds()
    const [expected] = blocks(size)
    if (block === null || Buffer.compare(block, expected as Uint8Array) !== 0) throw new Error('the block is wrong')
    return elapsed
  }
}
