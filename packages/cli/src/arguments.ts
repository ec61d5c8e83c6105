import { isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'

/** A feed id: 64 hexadecimal digits. */
export function idArgument(value: string): string {
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase()
  const what = /^[0-9a-f]*$/i.test(value) ? `has ${value.length} hexadecimal digits` : 'is not hexadecimal'
  throw new InvalidArgumentError(`An id has 64 hexadecimal digits, as \`anyfeed share\` prints them; this one ${what}.`)
}

/** Several ids. */
export function idArguments(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), idArgument(value)]
}

/** An IP address. */
export function ipAddress(value: string): string {
  if (isIP(value) !== 0) return value
  throw new InvalidArgumentError('It must be an IP address, such as 127.0.0.1.')
}

/** Several host names. */
export function names(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
    if (Number.isSafeInteger(number) && number >= least) return number
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`)
  }
}

/** A number of seconds, 0 for ever; as many as a timer can take. */
export function secondsOption(value: string): number {
  const seconds = /^[0-9]+(?:\.[0-9]+)?$/.test(value) ? Number(value) : Number.NaN
  if (seconds >= 0 && seconds <= 2_000_000) return seconds
  throw new InvalidArgumentError('It must be a number of seconds from 0 (for ever) to 2000000.')
}
