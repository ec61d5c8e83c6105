import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Hypercore, hypercore } from '@anyfeed/hypercore'
import { memoryStorage } from '@anyfeed/storage-memory'
import { afterEach } from 'vitest'
import type { Original, OriginalFeed } from './original-types.ts'

const require = createRequire(import.meta.url)

export type { Original, OriginalFeed } from './original-types.ts'

const closing: Array<() => void | Promise<void>> = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** hypercore 1.8.0 over memdb. */
export function original(): Original {
  return require('hypercore')(require('memdb')())
}

/** Ours, in memory; closed after the test. */
export function ours(): Hypercore {
  const core = hypercore(memoryStorage())
  closing.push(() => core.close())
  return core
}

/** How two peer streams are joined. */
export interface Link {
  readonly name: string
  /** Resolves with what cuts the link. */
  join(a: Duplex, b: Duplex): Promise<() => void>
}

export const links: readonly Link[] = [
  {
    name: 'a pipe in this process',
    async join(a, b) {
      a.pipe(b).pipe(a)
      return () => {
        a.destroy()
        b.destroy()
      }
    }
  },
  {
    name: 'TCP on 127.0.0.1',
    async join(a, b) {
      const server = createServer((socket) => {
        socket.pipe(a).pipe(socket)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', () => {})
      socket.pipe(b).pipe(socket)
      closing.push(() => {
        socket.destroy()
        server.close()
      })
      return () => {
        socket.destroy()
        // The original does not notice that its socket is gone, and waits for ever for what it has asked over it.
        a.destroy()
        b.destroy()
      }
    }
  }
]

/** Writes a feed with the original. */
export async function writeOriginal(core: Original, blocks: Buffer[]): Promise<Buffer> {
  const feed = core.add()
  feed.append(blocks)
  await new Promise<void>((resolve, reject) => feed.finalize((error) => (error ? reject(error) : resolve())))
  return feed.id as Buffer
}

/** Writes a feed with ours. */
export async function writeOurs(core: Hypercore, blocks: Buffer[]): Promise<Buffer> {
  const feed = core.add()
  feed.append(blocks)
  await feed.finalize()
  return feed.id as Buffer
}

/** All blocks of a feed of either kind. */
export function readAll(feed: Pick<OriginalFeed, 'get'>, count: number): Promise<Array<Buffer | null>> {
  const blocks = Array.from({ length: count }, (_, index) => {
    return new Promise<Buffer | null>((resolve, reject) => {
      feed.get(index, (error, block) => (error ? reject(error) : resolve(block)))
    })
  })
  return Promise.all(blocks)
}

/** Blocks of random sizes up to 2 KiB, every few of them empty; the same for the same seed. */
export function randomBlocks(count: number, seed: number): Buffer[] {
  const next = () => {
    // mulberry32
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return Array.from({ length: count }, () => {
    const block = Buffer.alloc(next() % 5 === 0 ? 0 : next() % 2048)
    for (let i = 0; i < block.length; i++) block[i] = next()
    return block
  })
}
