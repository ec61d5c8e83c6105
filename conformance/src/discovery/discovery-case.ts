import type { Case, Quote } from '../suite/case.ts'
import type { DiscoverySuiteOptions } from './options.ts'
import type { DiscoveryWorld } from './world.ts'

export type DiscoveryCase = Case<DiscoveryWorld, DiscoverySuiteOptions>

export function discoveryCase(
  name: string,
  title: string,
  quotes: readonly Quote[],
  run: (world: DiscoveryWorld) => Promise<void>,
  skip?: DiscoveryCase['skip']
): DiscoveryCase {
  return { name: `discovery.${name}`, title, quotes, run, skip }
}

export const onlyContinuous: DiscoveryCase['skip'] = ({ supports }) =>
  supports.continuous ? undefined : 'a lookup ends when it has asked everyone (supports.continuous)'

export const onlyEnding: DiscoveryCase['skip'] = ({ supports }) =>
  supports.continuous ? 'a lookup goes on until its signal fires (supports.continuous)' : undefined
