import type { Durability } from '@anyfeed/interfaces'

const ORDER: readonly Durability[] = ['memory', 'process', 'machine']

/** Throws a `RangeError` for a durability that is none, or more than a store has. */
export function assertDurability(asked: Durability, most: Durability): void {
  const rank = ORDER.indexOf(asked)
  if (rank === -1) throw new RangeError(`${asked} is no durability`)
  if (rank > ORDER.indexOf(most)) throw new RangeError(`this store cannot make a commit survive the ${asked}`)
}
