import { pause, randomBetween } from '@anyfeed/adapter-kit'
import type { CID } from 'multiformats/cid'
import { withDeadline } from './deadline.ts'
import type { Newcomers } from './newcomers.ts'
import type { Settings } from './options.ts'
import type { Libp2pNode } from './protocol.ts'
import { Reach } from './reach.ts'

/**
 * As many peers keep a record (k of Kademlia). While fewer are connected the record has not reached all that it should,
 * so it is announced again to whoever comes.
 */
const KEEPERS = 20

/** Milliseconds after a newcomer, so that those who come together are told together; and the longest it grows to. */
const SETTLE = 100
const LONGEST_SETTLE = 10_000

/** Milliseconds until a failed announcement is tried again: the first time, and at most. */
const FIRST_RETRY = 1000
const LONGEST_RETRY = 60_000

/** Has the content routing say that this node provides `id`, again and again until the signal fires. */
export async function keepProviding(
  node: Libp2pNode,
  id: CID,
  newcomers: Newcomers,
  settings: Settings,
  signal: AbortSignal
): Promise<void> {
  const { clock, renewInterval } = settings
  let settle = SETTLE
  let retry = FIRST_RETRY
  while (!signal.aborted) {
    const { count } = newcomers
    // Alone, there is nobody to tell, and the call would only hang.
    const told = node.getPeers().length > 0 && (await provide(node, id, settings, signal))
    retry = told ? FIRST_RETRY : Math.min(retry * 2, LONGEST_RETRY)
    const few = node.getPeers().length < KEEPERS
    const interval = told ? randomBetween(renewInterval * 0.9, renewInterval) : randomBetween(retry / 2, retry)
    const woken = await pause(clock, interval, signal, few ? newcomers.beyond(count) : undefined)
    if (woken) {
      await pause(clock, settle, signal)
      settle = Math.min(settle * 2, LONGEST_SETTLE)
    } else settle = SETTLE
  }
}

/** Resolves with whether somebody keeps the record now. */
async function provide(node: Libp2pNode, id: CID, settings: Settings, signal: AbortSignal): Promise<boolean> {
  const reach = new Reach()
  try {
    await withDeadline(settings.clock, settings.queryTimeout, signal, (signal) =>
      node.contentRouting.provide(id, { signal, onProgress: reach.onProgress })
    )
    return !reach.none
  } catch (error) {
    rethrowMisuse(error)
    return false
  }
}

/** A node without any content routing will never have one: that is no passing failure. */
export function rethrowMisuse(error: unknown): void {
  if ((error as Error | undefined)?.name !== 'NoContentRoutersError') return
  throw new TypeError('the libp2p node has no content routing, such as kad-dht', { cause: error })
}
