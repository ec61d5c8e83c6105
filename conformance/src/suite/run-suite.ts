import { CASE_TIMEOUT, within } from '../wait/within.ts'
import type { Case } from './case.ts'
import type { SuiteOptions } from './options.ts'
import type { It, Runner } from './runner.ts'

/** Hands each case to the runner. `enter` makes the world that a case is run in, and leaves nothing of it. */
export function runSuite<World, Options extends SuiteOptions>(
  { describe, it }: Runner,
  seam: string,
  cases: readonly Case<World, Options>[],
  options: Options,
  enter: (each: Case<World, Options>) => Promise<void>
): void {
  const { only, timeout = CASE_TIMEOUT } = options
  for (const name of only ?? []) {
    if (!cases.some((each) => each.name === name)) throw new TypeError(`the ${seam} suite has no case '${name}'`)
  }
  describe(`${seam}: ${options.name}`, () => {
    for (const each of cases) {
      if (only !== undefined && !only.includes(each.name)) continue
      const reason = each.skip?.(options)
      if (reason === undefined) it(`${each.name}: ${each.title}`, () => within(timeout, enter(each)))
      else skip(it, `${each.name} [skipped: ${reason}]`)
    }
  })
}

/** A runner that cannot skip shows it by the name alone. */
function skip(it: It, name: string): void {
  const body = async () => {}
  if (it.skip === undefined) it(name, body)
  // biome-ignore lint/suspicious/noSkippedTests: skipped by name and reason, which is what this function is for
  else it.skip(name, body)
}
