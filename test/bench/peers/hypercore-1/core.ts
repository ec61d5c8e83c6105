import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import { batches, blocks } from '../../content.ts'
import type { Served, Size } from '../../work.ts'
import { installed } from '../installed.ts'
import { listenOverTcp } from '../tcp.ts'

type Done = (error: Error | null) => void

export interface Feed {
  readonly id: Uint8Array
  append(blocks: Uint8Array[], done: Done): void
  finalize(done: Done): void
  get(block: number, done: (error: Error | null, data: Uint8Array) => void): void
}

export interface Core {
  add(): Feed
  get(id: Uint8Array): Feed
  createPeerStream(): Duplex
  createReadStream(id: Uint8Array): NodeJS.ReadableStream
}

/** hypercore 1.x over memdb, which keeps everything in memory. */
export async function openCore(): Promise<Core> {
  const { default: hypercore } = await installed<{ default: (db: unknown) => Core }>('hypercore-1')
  const { default: memdb } = await installed<{ default: () => unknown }>('memdb')
  return hypercore(memdb())
}

/** Holds a feed of all blocks for whoever connects over TCP. */
export async function serveFeed(size: Size): Promise<Served> {
  const core = await openCore()
  const feed = core.add()
  for (const batch of batches([...blocks(size)], size.length)) await promisify(feed.append.bind(feed))(batch)
  await promisify(feed.finalize.bind(feed))()
  return { port: await listenOverTcp(() => core.createPeerStream()), id: Buffer.from(feed.id).toString('hex') }
}

export function idOf(served: readonly Served[]): Buffer {
  return Buffer.from(String(served[0]?.id), 'hex')
}
