import { ConformanceError } from './conformance-error.ts'
import { show } from './show.ts'

/** An error's code, such as `ERR_CLOSED`; its class, for misuse; or a test of it. Never its message. */
export type ExpectedError = string | (new (...args: never[]) => Error) | ((error: unknown) => boolean)

/** Fails unless the promise rejects as expected. Resolves with the error. */
export async function rejects(promise: Promise<unknown>, expected: ExpectedError, what = 'the call'): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return check(error, expected, what)
  }
  throw new ConformanceError(`${what} resolved with ${show(value)} where ${named(expected)} was expected`)
}

/** Fails unless the function throws as expected. Returns the error. */
export function throws(body: () => unknown, expected: ExpectedError, what = 'the call'): unknown {
  let value: unknown
  try {
    value = body()
  } catch (error) {
    return check(error, expected, what)
  }
  throw new ConformanceError(`${what} returned ${show(value)} where ${named(expected)} was expected`)
}

/** What a promise rejects with; fails when it resolves. */
export async function failure(promise: Promise<unknown>, what = 'the call'): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new ConformanceError(`${what} resolved with ${show(value)} where it was to fail`)
}

/** The code of an error, if it has one. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}

function check(error: unknown, expected: ExpectedError, what: string): unknown {
  if (matches(error, expected)) return error
  throw new ConformanceError(`${what} failed with ${show(error)} where ${named(expected)} was expected`, {
    actual: error
  })
}

function matches(error: unknown, expected: ExpectedError): boolean {
  if (typeof expected === 'string') return codeOf(error) === expected
  if (isErrorClass(expected)) return error instanceof expected
  return (expected as (error: unknown) => boolean)(error)
}

function isErrorClass(expected: ExpectedError): expected is new (...args: never[]) => Error {
  return typeof expected === 'function' && (expected === Error || expected.prototype instanceof Error)
}

function named(expected: ExpectedError): string {
  return typeof expected === 'string' ? expected : `a ${expected.name || 'certain error'}`
}
