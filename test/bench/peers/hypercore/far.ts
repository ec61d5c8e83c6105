import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer, Served } from '../../work.ts'
import { dialOverTcp } from '../tcp.ts'
import { type Core, emptyCore, hypercore, serveCore } from './core.ts'

/** Gets one block, over an encrypted stream that is open and on which nothing has been said of this core. */
export const firstBlock: Peer = {
  differs: 'disk (RocksDB), encrypted; its store is open before the clock starts',
  serve: serveCore,

  async run(size, served) {
    const core = await emptyCore(served)
    const stream = await connected(served)
    const seconds = stopwatch()
    core.replicate(stream)
    const block = await core.get(0)
    const elapsed = seconds()
    verifyStream(blocks({ ...size, count: 1 }), block === null ? [] : [block])
    return elapsed
  }
}

/** Reads a core from its first block to its last. */
export const sequentialRead: Peer = {
  differs: 'disk (RocksDB), encrypted; `download` with `linear`, and `createReadStream`',
  serve: serveCore,

  async run(size, served) {
    const core = await emptyCore(served)
    const stream = await connected(served)
    const seconds = stopwatch()
    core.replicate(stream)
    const chunks = await readAll(core, size.count)
    const elapsed = seconds()
    verifyStream(blocks(size), chunks)
    return elapsed
  }
}

async function connected([served]: readonly Served[]) {
  const stream = (await hypercore()).createProtocolStream(true)
  await dialOverTcp(served as Served, stream)
  await stream.noiseStream.opened
  return stream
}

async function readAll(core: Core, end: number): Promise<Uint8Array[]> {
  // Its read stream alone asks for a block only when the one before has come.
  core.download({ start: 0, end, linear: true })
  const chunks: Uint8Array[] = []
  for await (const block of core.createReadStream({ start: 0, end })) chunks.push(block)
  return chunks
}
