/** The `it` of a test runner: of vitest, node:test, mocha, jest, or our own. */
export interface It {
  (name: string, body: () => Promise<void>): unknown
  skip?: ((name: string, body: () => Promise<void>) => unknown) | undefined
}

/** What a suite needs of a test runner. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: It
}
