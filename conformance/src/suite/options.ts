/** Something that is worth telling, and no failure: such as that an adapter can do more than it says. */
export interface Notice {
  /** The case that noticed it. */
  readonly name: string
  readonly message: string
}

/** What all suites take. */
export interface SuiteOptions {
  /** What is tested, for the report. */
  readonly name: string
  /** Milliseconds after which a case counts as hanging; 30,000 by default. */
  readonly timeout?: number | undefined
  /** Runs these cases alone. */
  readonly only?: readonly string[] | undefined
  /** Told of notices; `console.warn` by default. */
  readonly report?: ((notice: Notice) => void) | undefined
}

const RUNNING = ['name', 'timeout', 'only', 'report']

/** Throws a `TypeError` for options that nobody knows, and for those that lack. */
export function assertOptions(options: object, required: readonly string[], optional: readonly string[]): void {
  const known = new Set([...RUNNING, ...required, ...optional])
  for (const key of Object.keys(options)) if (!known.has(key)) throw new TypeError(`no suite has an option '${key}'`)
  for (const key of ['name', ...required]) {
    if ((options as Record<string, unknown>)[key] === undefined) throw new TypeError(`the suite needs '${key}'`)
  }
}

/** The values that each flag of a `supports` record may have. */
export type Flags = Readonly<Record<string, (value: unknown) => boolean>>

export const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
export const oneOf = (...values: readonly unknown[]) => {
  return (value: unknown): boolean => values.includes(value)
}

/** What is wrong with a `supports` record: flags that are unknown, lack, or have no sense. */
export function flagFaults(supports: object, flags: Flags, optional: Flags = {}): string[] {
  const record = supports as Record<string, unknown>
  return [
    ...Object.keys(record)
      .filter((key) => !(key in flags) && !(key in optional))
      .map((key) => `no flag is called '${key}'`),
    ...Object.entries(flags)
      .filter(([key, holds]) => !holds(record[key]))
      .map(([key]) => `'${key}' cannot be ${String(record[key])}`),
    ...Object.entries(optional)
      .filter(([key, holds]) => record[key] !== undefined && !holds(record[key]))
      .map(([key]) => `'${key}' cannot be ${String(record[key])}`)
  ]
}

/** Throws a `TypeError` for a `supports` record that is none. */
export function assertFlags(supports: object, flags: Flags, optional: Flags = {}): void {
  const faults = flagFaults(supports, flags, optional)
  if (faults.length > 0) throw new TypeError(`supports: ${faults.join('; ')}`)
}
