import type { Case, Quote } from '../suite/case.ts'
import type { TransportSuiteOptions } from './options.ts'
import type { TransportWorld } from './world.ts'

export type TransportCase = Case<TransportWorld, TransportSuiteOptions>

export function transportCase(
  name: string,
  title: string,
  quotes: readonly Quote[],
  run: (world: TransportWorld) => Promise<void>,
  skip?: TransportCase['skip']
): TransportCase {
  return { name: `transport.${name}`, title, quotes, run, skip }
}

export const onlyWithManyListeners: TransportCase['skip'] = ({ supports }) =>
  supports.oneListener === true ? 'the transport has one address of its own (supports.oneListener)' : undefined
