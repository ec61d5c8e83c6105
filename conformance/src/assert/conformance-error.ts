/** Something does not keep a promise. Runners show `actual` and `expected`. */
export class ConformanceError extends Error {
  readonly actual: unknown
  readonly expected: unknown

  constructor(message: string, values: { readonly actual?: unknown; readonly expected?: unknown } = {}) {
    super(message)
    this.name = 'ConformanceError'
    this.actual = values.actual
    this.expected = values.expected
  }
}
