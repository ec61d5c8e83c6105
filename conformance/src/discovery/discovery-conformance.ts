import { noticing } from '../suite/noticing.ts'
import { runSuite } from '../suite/run-suite.ts'
import type { Runner } from '../suite/runner.ts'
import { addressCases } from './addresses.ts'
import type { DiscoveryCase } from './discovery-case.ts'
import { foundCases } from './found.ts'
import { leavingCases } from './leaving.ts'
import { assertDiscoveryOptions, type DiscoverySuiteOptions } from './options.ts'
import { DiscoveryWorld } from './world.ts'

/** All that is asked of a discovery. */
export const discoveryCases: readonly DiscoveryCase[] = [...addressCases, ...foundCases, ...leavingCases]

/**
 * Puts a discovery to the test: each case is one `it` of the runner.
 *
 * Throws a `TypeError` for options or flags that nobody knows.
 *
 * @example
 * const rendezvous = createMemoryRendezvous()
 * const create = () => memoryDiscovery(rendezvous)
 * discoveryConformance({ describe, it }, { name: 'memory', create, supports: create().supports })
 */
export function discoveryConformance(runner: Runner, options: DiscoverySuiteOptions): void {
  assertDiscoveryOptions(options)
  runSuite(runner, 'discovery', discoveryCases, options, async (each) => {
    const world = new DiscoveryWorld(options, noticing(options, each.name))
    try {
      await each.run(world)
    } finally {
      await world.leave()
    }
  })
}
