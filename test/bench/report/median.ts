/** The middle of some numbers; of an even count, the mean of the two in the middle. Throws a `RangeError` for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing')
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted.length >> 1
  const lower = (sorted.length - 1) >> 1
  return ((sorted[lower] as number) + (sorted[upper] as number)) / 2
}

/** The median of a / b, round by round: what slows a whole round slows both. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  const rounds = Math.min(a.length, b.length)
  return median(Array.from({ length: rounds }, (_, i) => (a[i] as number) / (b[i] as number)))
}
