/** A moment between two, at random, so that hosts that were woken together don't speak together. In the units given. */
export function between(least: number, most: number): number {
  return least + Math.random() * (most - least)
}
