import type { RandomBytes } from '@anyfeed/interfaces'

/** A number from 0 to 1, 1 excluded, of 32 random bits. */
export function chance(random: RandomBytes): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4)
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32
}
