const FIRST_MS = 250
const LONGEST_MS = 15_000

/**
 * How long to wait after a number of failures in a row, in milliseconds: twice as long each time, up to 15 seconds, and
 * at random between half and all of that, so that many who lost the same peer don't come back at once.
 */
export function backoff(failures: number, random: number = Math.random()): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(longest * (0.5 + random / 2))
}
