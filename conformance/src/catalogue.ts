import { discoveryCases } from './discovery/discovery-conformance.ts'
import { stackCases } from './stack/stack-conformance.ts'
import { storageCases } from './storage/storage-conformance.ts'
import type { Quote } from './suite/case.ts'
import { transportCases } from './transport/transport-conformance.ts'

/** A case as the catalogue shows it. */
export interface CatalogueEntry {
  readonly suite: 'storage' | 'transport' | 'discovery' | 'stack'
  /** Stays the same from release to release. */
  readonly name: string
  readonly title: string
  /** What it checks, word for word. */
  readonly quotes: readonly Quote[]
}

const suites = { storage: storageCases, transport: transportCases, discovery: discoveryCases, stack: stackCases }

/** All cases of all suites. */
export const catalogue: readonly CatalogueEntry[] = (Object.keys(suites) as Array<keyof typeof suites>).flatMap(
  (suite) => suites[suite].map(({ name, title, quotes }) => ({ suite, name, title, quotes }))
)
