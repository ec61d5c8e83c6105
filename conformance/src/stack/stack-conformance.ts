import { noticing } from '../suite/noticing.ts'
import { runSuite } from '../suite/run-suite.ts'
import type { Runner } from '../suite/runner.ts'
import { eventCases } from './events.ts'
import { extensionCases } from './extensions.ts'
import { findingCases } from './finding.ts'
import { gettingCases } from './getting.ts'
import { keepingCases } from './keeping.ts'
import { assertStackOptions, type StackSuiteOptions } from './options.ts'
import { readingCases } from './reading.ts'
import type { StackCase } from './stack-case.ts'
import { tradingCases } from './trading.ts'
import { blockCases } from './wire/block-cases.ts'
import { handshakeCases } from './wire/handshake-cases.ts'
import { offenceCases } from './wire/offence-cases.ts'
import { rangeCases } from './wire/range-cases.ts'
import { StackWorld } from './world.ts'
import { writingCases } from './writing.ts'

/** All that is asked of a whole stack. */
export const stackCases: readonly StackCase[] = [
  ...writingCases,
  ...gettingCases,
  ...readingCases,
  ...keepingCases,
  ...tradingCases,
  ...extensionCases,
  ...eventCases,
  ...findingCases,
  ...handshakeCases,
  ...blockCases,
  ...offenceCases,
  ...rangeCases
]

/**
 * Puts a whole stack to the test, a storage with transports and discoveries: core and swarm over it do what is documented
 * of feeds, streams and extensions, between two, three and five peers. Each case is one `it` of the runner.
 *
 * Throws a `TypeError` for options or flags that nobody knows.
 *
 * @example
 * stackConformance({ describe, it }, {
 *   name: 'all in memory',
 *   create: () => ({
 *     storage: memoryStorage(),
 *     transports: [memoryTransport(hub)],
 *     discovery: [memoryDiscovery(rendezvous)],
 *     listen: ['/memory/0']
 *   }),
 *   supports: { storage, transport, discovery }
 * })
 */
export function stackConformance(runner: Runner, options: StackSuiteOptions): void {
  assertStackOptions(options)
  runSuite(runner, 'stack', stackCases, options, async (each) => {
    const world = new StackWorld(options, noticing(options, each.name))
    try {
      await each.run(world)
    } finally {
      await world.leave()
    }
  })
}
