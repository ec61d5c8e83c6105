import { ConformanceError } from './conformance-error.ts'

/** Fails with this message unless the condition holds. */
export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new ConformanceError(message)
}

/** A value that must be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  ok(value !== undefined && value !== null, `${what} is not there`)
  return value
}
