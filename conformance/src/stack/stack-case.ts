import type { Case, Quote } from '../suite/case.ts'
import type { StackSuiteOptions } from './options.ts'
import type { StackWorld } from './world.ts'

export type StackCase = Case<StackWorld, StackSuiteOptions>

export function stackCase(
  name: string,
  title: string,
  quotes: readonly Quote[],
  run: (world: StackWorld) => Promise<void>,
  skip?: StackCase['skip']
): StackCase {
  return { name, title, quotes, run, skip }
}

export const onlyPersistent: StackCase['skip'] = ({ supports }) =>
  supports.storage.persistent ? undefined : 'the store is not persistent (supports.storage.persistent)'
