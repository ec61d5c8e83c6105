import type { Feed } from '@anyfeed/core'
import { CliError, codeOf } from './errors.ts'
import type { Peers } from './peers.ts'
import { Silence } from './silence.ts'

export interface FetchOptions {
  /** The first block, and the one behind the last; `Infinity` stands for the feed's end. */
  readonly start: number
  readonly end: number
  readonly peers: Peers
  /** Seconds after which it gives up when nothing comes; 0 for never. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** A block of the store was damaged: it is fetched anew. */
  onDamaged(block: number): void
}

/**
 * The blocks of a range in their order, each verified: those that are here from the store, the others from peers. While
 * the first are read, all that is missing is fetched in whatever order is quickest.
 */
export async function* fetchBlocks(feed: Feed, options: FetchOptions): AsyncGenerator<Uint8Array, void> {
  const { start, end, peers, timeout } = options
  const silence = new Silence(timeout * 1000)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, silence.signal, stop.signal])
  const heard = () => silence.heard()
  feed.on('download', heard)
  try {
    let next = start
    for (;;) {
      const missing = firstMissing(feed, next, end)
      if (missing !== undefined) {
        if (!peers.possible) throw notHere(feed, missing)
        await peers.start()
        feed.download({ start: next, end, signal }).done.catch((error) => stop.abort(error))
      }
      try {
        const blocks = feed.read({ start: next, end, signal })[Symbol.asyncIterator]()
        for (;;) {
          silence.begin()
          const { done, value } = await blocks.next()
          silence.end()
          if (done) return
          next++
          yield value
        }
      } catch (error) {
        if (codeOf(error) !== 'ERR_BLOCK_DAMAGED') throw error
        // The store has dropped it: now it is missing.
        options.onDamaged((error as { block?: number }).block ?? next)
      }
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (silence.signal.aborted) throw peers.explain(feed, timeout)
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    silence.end()
    feed.off('download', heard)
    stop.abort()
  }
}

/** The first block of a range that is not here. */
function firstMissing(feed: Feed, start: number, end: number): number | undefined {
  if (feed.complete) return undefined
  if (feed.blocks === 0) return start
  for (let block = start; block < Math.min(end, feed.blocks); block++) if (!feed.has(block)) return block
  return undefined
}

function notHere(feed: Feed, block: number): CliError {
  if (feed.blocks === 0) {
    const message =
      'the store does not have this feed: say where it is with --peer ADDRESS, or leave --no-discovery away'
    return new CliError('ERR_FEED_UNKNOWN', message)
  }
  const message = `block ${block} of this feed is not here: say where it is with --peer ADDRESS`
  return new CliError('ERR_BLOCK_MISSING', message)
}
