import { noticing } from '../suite/noticing.ts'
import { runSuite } from '../suite/run-suite.ts'
import type { Runner } from '../suite/runner.ts'
import { bufferCases } from './buffers.ts'
import { byContentCases } from './by-content.ts'
import { claimCases } from './claims.ts'
import { commitCases } from './commit.ts'
import { concurrencyCases } from './concurrency.ts'
import { contentCases } from './content.ts'
import { deletionCases } from './deletion.ts'
import { durabilityCases } from './durability.ts'
import { expectingCases } from './expecting.ts'
import { failureCases } from './failures.ts'
import { feedCases } from './feeds.ts'
import { modelCases } from './model.ts'
import { neighbourCases } from './neighbours.ts'
import { openingCases } from './opening.ts'
import { assertStorageOptions, type StorageSuiteOptions } from './options.ts'
import type { StorageCase } from './storage-case.ts'
import { StorageWorld } from './world.ts'

/** All that is asked of a storage. */
export const storageCases: readonly StorageCase[] = [
  ...claimCases,
  ...openingCases,
  ...feedCases,
  ...commitCases,
  ...concurrencyCases,
  ...durabilityCases,
  ...failureCases,
  ...bufferCases,
  ...contentCases,
  ...byContentCases,
  ...neighbourCases,
  ...expectingCases,
  ...deletionCases,
  ...modelCases
]

/**
 * Puts a storage to the test: each case is one `it` of the runner.
 *
 * Throws a `TypeError` for options or flags that nobody knows.
 *
 * @example
 * import { describe, it } from 'node:test'
 *
 * const { supports } = memoryStorage()
 * storageConformance({ describe, it }, { name: 'memory', create: () => memoryStorage(), supports })
 */
export function storageConformance(runner: Runner, options: StorageSuiteOptions): void {
  assertStorageOptions(options)
  runSuite(runner, 'storage', storageCases, options, async (each) => {
    const world = new StorageWorld(options, noticing(options, each.name))
    try {
      await world.enter()
      await each.run(world)
    } finally {
      await world.leave()
    }
  })
}
