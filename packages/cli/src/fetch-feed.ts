import type { Feed } from '@anyfeed/core'
import type { CommandContext } from './commands/command.ts'
import { CliError, isInterruption } from './errors.ts'
import { fetchBlocks } from './fetch-blocks.ts'
import type { NetworkOptions } from './network/options.ts'
import { Pace } from './output/pace.ts'
import { Peers } from './peers.ts'
import type { Sink } from './sink.ts'
import { openStore } from './store.ts'

export interface FetchFeedOptions {
  readonly network: NetworkOptions
  /** Seconds; 0 for ever. */
  readonly timeout: number
  readonly start: number
  readonly end: number
}

/** What was fetched, and what was here before. */
export interface Fetched {
  readonly blocks: number
  readonly bytes: number
  readonly fetched: number
  readonly resumed: number
  readonly seconds: number
}

/** Writes a range of a feed to a sink, in order, and fetches what the store lacks. */
export async function fetchFeed(
  id: string,
  options: FetchFeedOptions,
  openSink: () => Promise<Sink>,
  context: CommandContext
): Promise<Fetched> {
  const { report, signal } = context
  const began = performance.now()
  await using store = await openStore(context.store)
  const { core, directory } = store
  const peers = new Peers(options.network, { core, directory, report, id })
  const feed = core.get(id)
  let sink: Sink | undefined
  try {
    await feed.open()
    sink = await openSink()
    const count = new Count(feed, options)
    const pace = new Pace()
    const tell = () => {
      if (!pace.due(count.here, count.total, performance.now())) return
      const total = count.total === undefined ? {} : { totalBlocks: count.total }
      const { here: blocks, fetched, resumed } = count
      report.report({
        event: 'progress',
        action: 'fetch',
        id,
        blocks,
        ...total,
        bytes: count.bytes,
        fetched,
        resumed,
        peers: peers.connected
      })
    }
    tell()
    feed.on('download', (block, data) => {
      count.download(block, data)
      tell()
    })
    let blocks = 0
    let bytes = 0
    const onDamaged = (block: number) => {
      count.damaged(block)
      const message = `block ${block} was damaged in the store: it is fetched anew`
      report.report({ event: 'warning', code: 'ERR_BLOCK_DAMAGED', message })
    }
    for await (const block of fetchBlocks(feed, { ...options, peers, signal, onDamaged })) {
      blocks++
      bytes += block.length
      await sink.write(block)
    }
    await sink.finish()
    const seconds = (performance.now() - began) / 1000
    return { blocks, bytes, fetched: count.fetched, resumed: blocks - count.fetched, seconds }
  } catch (error) {
    await sink?.abandon()
    throw isInterruption(error) && feed.held > 0 ? resumable(error, feed) : error
  } finally {
    await peers.stop()
    await feed.close()
  }
}

/** How many blocks of the range are here. */
class Count {
  fetched = 0
  #fetchedBytes = 0
  readonly #feed: Feed
  readonly #start: number
  readonly #end: number
  #resumed: number

  constructor(feed: Feed, { start, end }: { start: number; end: number }) {
    this.#feed = feed
    this.#start = start
    this.#end = end
    this.#resumed = 0
    if (feed.complete) this.#resumed = this.total ?? 0
    else for (let block = start; block < Math.min(end, feed.blocks); block++) if (feed.has(block)) this.#resumed++
  }

  /** Blocks that were here before, and sound as far as is known. */
  get resumed(): number {
    return this.#resumed
  }

  get here(): number {
    return this.#resumed + this.fetched
  }

  get total(): number | undefined {
    const { blocks } = this.#feed
    return blocks === 0 ? undefined : Math.max(0, Math.min(this.#end, blocks) - this.#start)
  }

  /** The bytes of those that are here; of a part of the feed, guessed from all that is here. */
  get bytes(): number {
    const { held, byteLength } = this.#feed
    if (this.here === held) return byteLength
    return this.#fetchedBytes + (held === 0 ? 0 : Math.round((byteLength / held) * this.#resumed))
  }

  download(block: number, data: Uint8Array): void {
    if (block < this.#start || block >= this.#end) return
    this.fetched++
    this.#fetchedBytes += data.length
  }

  damaged(block: number): void {
    if (block >= this.#start && block < this.#end) this.#resumed--
  }
}

function resumable(error: unknown, feed: Feed): CliError {
  const { exitCode, code } = error as CliError
  const message = `interrupted with ${feed.held} of ${feed.blocks} blocks here: run the same command again to go on`
  return new CliError(code, message, { exitCode, cause: error })
}
