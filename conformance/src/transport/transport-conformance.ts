import { noticing } from '../suite/noticing.ts'
import { runSuite } from '../suite/run-suite.ts'
import type { Runner } from '../suite/runner.ts'
import { breakingCases } from './breaking.ts'
import { closingCases } from './closing.ts'
import { diallingCases } from './dialling.ts'
import { flowCases } from './flow.ts'
import { listeningCases } from './listening.ts'
import { assertTransportOptions, type TransportSuiteOptions } from './options.ts'
import { proofCases } from './proof.ts'
import type { TransportCase } from './transport-case.ts'
import { TransportWorld } from './world.ts'

/** All that is asked of a transport. */
export const transportCases: readonly TransportCase[] = [
  ...proofCases,
  ...diallingCases,
  ...listeningCases,
  ...flowCases,
  ...breakingCases,
  ...closingCases
]

/**
 * Puts a transport to the test: each case is one `it` of the runner. Timing is never asked for: only order, counts and
 * codes.
 *
 * Throws a `TypeError` for options or flags that nobody knows.
 *
 * @example
 * transportConformance({ describe, it }, {
 *   name: 'tcp',
 *   create: () => tcpTransport(),
 *   supports: tcpTransport().supports,
 *   address: () => '/ip4/127.0.0.1/tcp/0',
 *   foreignAddresses: ['/ip4/127.0.0.1/tcp/65536', '/ip4/127.0.0.1/udp/4000']
 * })
 */
export function transportConformance(runner: Runner, options: TransportSuiteOptions): void {
  assertTransportOptions(options)
  runSuite(runner, 'transport', transportCases, options, async (each) => {
    const world = new TransportWorld(options, noticing(options, each.name))
    try {
      await each.run(world)
    } finally {
      await world.leave()
    }
  })
}
