import { pause, randomBetween } from '@anyfeed/adapter-kit'
import type { Clock } from '@anyfeed/interfaces'
import type { DhtNode } from './dht-node.ts'
import type { Turns } from './turns.ts'

/** After a failure, it is tried again after this time, then twice that, and so on up to the renewal. */
const FIRST_RETRY_MS = 5000
/** Renewals come a quarter early at most, each at a moment of its own, so that thousands don't fall together. */
const EARLIEST = 0.75

export interface AnnouncementOptions {
  readonly node: DhtNode
  readonly turns: Turns
  readonly clock: Clock
  /** Milliseconds. */
  readonly renewal: number
  readonly onFailure: (error: unknown) => void
}

/** Keeps one info hash announced until `signal` fires. Never rejects. */
export async function keepAnnounced(
  infoHash: string,
  port: number,
  signal: AbortSignal,
  { node, turns, clock, renewal, onFailure }: AnnouncementOptions
): Promise<void> {
  let retry = FIRST_RETRY_MS
  node.hold(infoHash, port)
  while (!signal.aborted) {
    let failed = false
    try {
      await turns.run('announce', signal, () => node.announce(infoHash, port, signal))
      retry = FIRST_RETRY_MS
    } catch (error) {
      if (signal.aborted) break
      failed = true
      onFailure(error)
    }
    const ms = failed ? retry : randomBetween(renewal * EARLIEST, renewal)
    if (failed) retry = Math.min(retry * 2, renewal)
    await pause(clock, ms, signal, failed ? (wake) => node.onNextNode(wake) : undefined)
  }
  node.release(infoHash, port)
}
