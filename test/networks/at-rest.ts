import { setImmediate as turn } from 'node:timers/promises'

/** Turns of the event loop without a change after which something counts as having come to rest. */
const QUIET_TURNS = 300

/** Resolves when `read` has given the same value for 300 turns of the event loop, with that value. No clock is asked. */
export async function atRest<T>(read: () => T): Promise<T> {
  let last = read()
  for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await turn()
    const now = read()
    if (now !== last) quiet = 0
    last = now
  }
  return last
}
