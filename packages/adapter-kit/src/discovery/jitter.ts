/** A number between the two, at random, so that peers which were woken together don't act together. */
export function randomBetween(least: number, most: number): number {
  return least + Math.random() * (most - least)
}
