import { stackConformance } from '@anyfeed/conformance'
import { afterAll, describe, it } from 'vitest'
import { stopParts } from './parts.ts'
import { covering, stacks, whole } from './stacks.ts'

/** Puts the stacks on one storage to their suite. A file for each storage has them run side by side. */
export function stacksOn(storage: string): void {
  afterAll(stopParts)
  for (const each of whole ? stacks : covering) {
    if (each.storage === storage) stackConformance({ describe, it }, each.stack)
  }
}
