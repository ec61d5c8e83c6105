import type { Core } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'
import { pipe } from 'it-pipe'
import { blocks, verifyBlocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Program, Served, Size } from '../work.ts'
import { appendAll, openCore, type Store } from './core.ts'
import { type Link, tcpLink } from './transports.ts'

/** Fetches a feed from those that hold it: connected, verified and stored. */
export function replicate(store: Store, link: () => Promise<Link> = tcpLink): Program {
  return {
    serve: (size) => serveFeed(size, store, link),

    async run(size, served) {
      const core = await openCore(store)
      const { dial } = await link()
      const seconds = stopwatch()
      for (const holder of served) trade(core, await dial(holder))
      const feed = core.get(idOf(served))
      await feed.download().done
      const elapsed = seconds()
      await verifyBlocks(size, (index) => feed.get(index))
      await core.close()
      return elapsed
    }
  }
}

/** Holds a feed of all blocks for whoever connects. */
export async function serveFeed(size: Size, store: Store, link: () => Promise<Link>): Promise<Served> {
  const core = await openCore(store)
  const feed = core.add()
  await appendAll(feed, [...blocks(size)], size.length)
  const id = Buffer.from((await feed.finalize()) as Uint8Array).toString('hex')
  return { ...(await (await link()).listen((connection) => trade(core, connection))), id }
}

/** Lets a core trade with whoever is at the other end. A connection that breaks is seen by what does not come. */
export function trade(core: Core, connection: Connection): void {
  pipe(connection, core.replicate({ channelBinding: connection.channelBinding }), connection).catch(() => {})
}

export function idOf(served: readonly Served[]): string {
  return String(served[0]?.id)
}
