import { type LookupResults, pause, randomBetween } from '@anyfeed/adapter-kit'
import type { PeerId } from '@libp2p/interface'
import { rethrowMisuse } from './announcement.ts'
import { ask } from './ask.ts'
import { contentId } from './content-id.ts'
import { withDeadline } from './deadline.ts'
import { foundAddresses } from './found-addresses.ts'
import type { Newcomers } from './newcomers.ts'
import type { Settings } from './options.ts'
import type { Libp2pNode } from './protocol.ts'

/** Providers that are asked at once. */
const MAX_QUESTIONS = 8

/** Milliseconds after a newcomer until the next round: it may have friends. */
const SETTLE = 100

/**
 * Looks for a topic, round after round, until the signal fires; what it finds goes to `results`. `own` gives what is
 * announced here, which the node does not ask itself for.
 */
export async function search(
  node: Libp2pNode,
  topic: Uint8Array,
  own: () => readonly string[],
  results: LookupResults,
  newcomers: Newcomers,
  settings: Settings,
  signal: AbortSignal
): Promise<void> {
  const { clock, lookupInterval } = settings
  const found = foundAddresses(results)
  const asking = new Map<string, Promise<void>>()
  /** Does not wait for the answer: a peer that takes its time holds up no round. */
  const question = async (peer: PeerId) => {
    const id = peer.toString()
    if (asking.has(id) || peer.equals(node.peerId)) return
    const answered = ask(node, clock, peer, topic, signal)
      .then((addresses) => found(id, addresses))
      // Whatever it was, the next round may do better.
      .catch(() => {})
      .finally(() => asking.delete(id))
    asking.set(id, answered)
    if (asking.size >= MAX_QUESTIONS) await Promise.race(asking.values())
  }
  let interval = lookupInterval.first
  while (!signal.aborted) {
    const { count } = newcomers
    const before = results.size
    const known = own()
    found(node.peerId.toString(), known)
    await query(node, topic, question, settings, signal)
    const jittered = randomBetween(interval / 2, interval)
    // Who has nothing yet does not wait for its turn when there is somebody new to ask.
    const few = results.size <= known.length
    const woken = await pause(clock, jittered, signal, few ? newcomers.beyond(count) : undefined)
    if (woken) await pause(clock, SETTLE, signal)
    interval = results.size > before ? lookupInterval.first : Math.min(interval * 2, lookupInterval.longest)
  }
  await Promise.all(asking.values())
}

/** One query of the content routing. What fails in it is passed over. */
async function query(
  { contentRouting }: Libp2pNode,
  topic: Uint8Array,
  onProvider: (peer: PeerId) => Promise<void>,
  { clock, queryTimeout }: Settings,
  signal: AbortSignal
): Promise<void> {
  try {
    await withDeadline(clock, queryTimeout, signal, async (signal) => {
      for await (const { id } of contentRouting.findProviders(contentId(topic), { signal })) {
        // What goes on in a query that was given up is nobody's any more.
        if (signal.aborted) return
        await onProvider(id)
      }
    })
  } catch (error) {
    rethrowMisuse(error)
  }
}
