import { once } from 'node:events'
import { memoryStorage } from '@anyfeed/storage-memory'
import { afterEach } from 'vitest'
import { type Hypercore, type HypercoreOptions, hypercore, type PeerStream } from '../src/index.ts'

const open: Hypercore[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()))
})

/** A core in memory that is closed after the test. */
export function create(options: HypercoreOptions = {}): Hypercore {
  const core = hypercore(memoryStorage(), options)
  open.push(core)
  return core
}

/** Joins two cores by a pipe inside this process. */
export function replicate(a: Hypercore, b: Hypercore): [PeerStream, PeerStream] {
  const stream = a.createPeerStream()
  const other = b.createPeerStream()
  stream.pipe(other).pipe(stream)
  return [stream, other]
}

/** Writes a feed and resolves with its id. */
export async function write(core: Hypercore, blocks: Array<string | Buffer>): Promise<Buffer> {
  const ws = core.createWriteStream()
  for (const block of blocks) ws.write(block)
  ws.end()
  await once(ws, 'finish')
  return ws.id as Buffer
}

/** Everything that a stream gives. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of stream) values.push(value)
  return values
}

/** Resolves with an error that nobody has caught, which would end a program. */
export function uncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener)
      resolve(error)
    })
  })
}

/** The id of the feed with the blocks `hello` and `world`, as hypercore 1.x gives it. */
export const HELLO_WORLD = 'e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f'
