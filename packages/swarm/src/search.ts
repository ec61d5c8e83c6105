import type { Clock, Discovery } from '@anyfeed/interfaces'
import { backOff } from './back-off.ts'
import { optionsFor, type Sought } from './sought.ts'
import { sleep, untilAborted } from './waiting.ts'
import type { Warnings } from './warnings.ts'

const FIRST_INTERVAL = 2000
/** A lookup that gives more is read no faster than so many addresses a second: what is found are hints from strangers. */
const MOST_PER_SECOND = 1000

/** What the searches and announcements of a swarm have in common. */
export interface Seeking {
  readonly clock: Clock
  readonly chance: () => number
  readonly warnings: Warnings
  readonly lookupInterval: number
  readonly closeTimeout: number
}

/**
 * Looks a topic up in one discovery until the signal fires: again and again, as others come later, with longer and
 * longer pauses. Never rejects, and waits for nobody when the signal has fired.
 */
export async function search(
  { clock, chance, warnings, lookupInterval }: Seeking,
  discovery: Discovery,
  sought: Sought,
  signal: AbortSignal,
  onFound: (address: string) => void
): Promise<void> {
  // Whoever made the swarm is to hear of what fails at once.
  await undefined
  const pause = { first: Math.min(FIRST_INTERVAL, lookupInterval), longest: lookupInterval }
  for (let rounds = 1; !signal.aborted; rounds++) {
    try {
      await lookUp(clock, discovery, sought, signal, onFound)
      warnings.works('lookup', discovery.name)
    } catch (error) {
      if (!signal.aborted) warnings.failed('lookup', discovery.name, error)
    }
    await sleep(clock, backOff(pause, rounds, chance()), signal)
  }
}

async function lookUp(
  clock: Clock,
  discovery: Discovery,
  sought: Sought,
  signal: AbortSignal,
  onFound: (address: string) => void
): Promise<void> {
  const iterator = discovery.lookup(sought.hash, optionsFor(discovery, sought, signal))[Symbol.asyncIterator]()
  let done = false
  try {
    for (let found = 1; ; found++) {
      const step = await untilAborted(signal, Promise.resolve(iterator.next()))
      done = step?.done === true
      if (step === undefined || step.done === true || signal.aborted) return
      onFound(step.value.address)
      if (found % MOST_PER_SECOND === 0) await sleep(clock, 1000, signal)
    }
  } finally {
    // Not waited for: one that hangs holds nobody up.
    if (!done) new Promise((resolve) => resolve(iterator.return?.())).catch(() => {})
  }
}
