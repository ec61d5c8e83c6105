import { describe, expect, it } from 'vitest'
import { wholeNumber } from '../src/index.ts'

describe('a whole number', () => {
  it('is taken within its bounds, and nothing else is', () => {
    expect([wholeNumber('n', 1, 1), wholeNumber('n', 5, 1, 5)]).toEqual([1, 5])
    for (const value of [0, 6, 1.5, Number.NaN, '3' as never, undefined as never]) {
      expect(() => wholeNumber('n', value, 1, 5)).toThrow(RangeError)
    }
  })
})
