/**
 * Returns `value`, an option called `name`. Throws a `RangeError` unless it is a whole number from `least` to `most`,
 * which is 2^53 - 1 unless told.
 */
export function wholeNumber(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`)
}
