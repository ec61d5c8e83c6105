import { ConformanceError } from './conformance-error.ts'
import { show } from './show.ts'

/** Fails unless both are equal in depth; arrays of bytes are equal when their bytes are, whatever their class. */
export function equal(actual: unknown, expected: unknown, what = 'the value'): void {
  if (!isEqual(actual, expected)) {
    throw new ConformanceError(`${what} is ${show(actual)} where ${show(expected)} was expected`, { actual, expected })
  }
}

/** Fails unless both are the very same. */
export function same(actual: unknown, expected: unknown, what = 'the value'): void {
  if (!Object.is(actual, expected)) {
    throw new ConformanceError(`${what} is not the very one that was expected`, { actual, expected })
  }
}

export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
    return true
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => key in b && isEqual((a as never)[key], (b as never)[key]))
}
