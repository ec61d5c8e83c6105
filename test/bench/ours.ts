// The same work, done by anyfeed.
import { type Core, createCore, type Feed } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { pipe } from 'it-pipe'
import { blocks } from './content.ts'
import { stopwatch } from './stopwatch.ts'
import { temporaryLevel } from './temporary-level.ts'

export type Store = 'array' | 'level'

/** Appends blocks to a feed and finalizes it. */
export async function append(count: number, length: number, store: Store): Promise<number> {
  const core = coreIn(store)
  await core.open()
  const feed = core.add()
  await feed.open()
  const content = [...blocks(count, length)]
  const seconds = stopwatch()
  await appendAll(feed, content)
  const elapsed = seconds()
  await core.close()
  return elapsed
}

/** Serves a feed over TCP; resolves with its address and id. */
export async function serve(count: number, length: number, store: Store): Promise<string> {
  const core = coreIn(store)
  const feed = core.add()
  const id = await appendAll(feed, [...blocks(count, length)])
  const listener = await tcpTransport().listen('/ip4/127.0.0.1/tcp/0', {
    onConnection: (connection) => {
      pipe(connection, core.replicate(), connection).catch(() => {})
    }
  })
  return `${listener.addresses[0]} ${Buffer.from(id).toString('hex')}`
}

/** Fetches the feed over TCP, verified and stored. */
export async function fetch(store: Store, where: string): Promise<number> {
  const [address, id] = where.split(' ') as [string, string]
  const core = coreIn(store)
  await core.open()
  const seconds = stopwatch()
  const connection = await tcpTransport().dial(address)
  pipe(connection, core.replicate(), connection).catch(() => {})
  const feed = core.get(id)
  await feed.download().done
  const elapsed = seconds()
  if (!feed.complete) throw new Error('blocks are missing')
  await core.close()
  return elapsed
}

function coreIn(store: Store): Core {
  return createCore({ storage: store === 'level' ? levelStorage(temporaryLevel()) : memoryStorage() })
}

async function appendAll(feed: Feed, content: readonly Uint8Array[]): Promise<Uint8Array> {
  const length = content[0]?.length ?? 1
  const batch = Math.max(1, Math.floor((16 * 65_536) / Math.max(length, 1024)))
  let before: Promise<void> = Promise.resolve()
  for (let i = 0; i < content.length; i += batch) {
    const next = feed.append(content.slice(i, i + batch), { transfer: true })
    await before
    before = next
  }
  await before
  return (await feed.finalize()) as Uint8Array
}
