/** Times in milliseconds. */
export interface BackOff {
  /** The longest wait after the first failure. */
  readonly first: number
  /** The longest wait at all. */
  readonly longest: number
}

/**
 * How long to wait after so many failures in a row (1 or more), in milliseconds: up to twice as long each time, and by
 * chance (0 to 1) between half and all of that, so that many who lost the same peer don't come back at once.
 */
export function backOff({ first, longest }: BackOff, failures: number, chance: number): number {
  const most = Math.min(longest, first * 2 ** Math.max(0, failures - 1))
  return Math.round((most * (1 + chance)) / 2)
}
