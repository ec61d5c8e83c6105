import { discoveryConformance } from '../discovery/discovery-conformance.ts'
import { stackConformance } from '../stack/stack-conformance.ts'
import { storageConformance } from '../storage/storage-conformance.ts'
import type { SuiteOptions } from '../suite/options.ts'
import type { Runner } from '../suite/runner.ts'
import { transportConformance } from '../transport/transport-conformance.ts'

const SUITES = {
  storage: storageConformance,
  transport: transportConformance,
  discovery: discoveryConformance,
  stack: stackConformance
} as const

type Seam = keyof typeof SUITES

/**
 * Describes what a module exports under `storage`, `transport`, `discovery` or `stack`: the options of that suite, or a
 * list of them. `shared` goes before what the module says.
 *
 * Throws a `TypeError` for a module that exports none of these.
 */
export function describeModule(runner: Runner, exported: object, shared: Partial<SuiteOptions> = {}): void {
  const exports = exported as Record<string, unknown>
  const seams = (Object.keys(SUITES) as Seam[]).filter((seam) => exports[seam] !== undefined)
  if (seams.length === 0) throw new TypeError(`the module exports none of ${Object.keys(SUITES).join(', ')}`)
  for (const seam of seams) {
    for (const options of [exports[seam]].flat()) SUITES[seam](runner, { ...(options as object), ...shared } as never)
  }
}
