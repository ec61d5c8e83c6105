import { Readable } from 'node:stream'
import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { dialOverTcp } from '../tcp.ts'
import { idOf, openCore, serveFeed } from './core.ts'

/** Reads a feed as its README does, which fetches, verifies and stores it. */
export const replicate: Peer = {
  differs: 'memory, plain; verifies every block with SHA-256; the same feeds and wire protocol as ours',
  serve: serveFeed,

  async run(size, served) {
    const core = await openCore()
    const chunks: Uint8Array[] = []
    const seconds = stopwatch()
    for (const holder of served) await dialOverTcp(holder, core.createPeerStream())
    // Its streams are of a time before they could be iterated.
    const stream = new Readable({ objectMode: true }).wrap(core.createReadStream(idOf(served)))
    for await (const block of stream) chunks.push(block)
    const elapsed = seconds()
    verifyStream(blocks(size), chunks)
    return elapsed
  }
}
