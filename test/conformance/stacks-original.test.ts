import { afterAll, describe, it } from 'vitest'
import { originalSuite } from './matrix/original-suite.ts'
import { discoveryParts, stopParts, transportParts } from './matrix/parts.ts'
import { stacks, whole } from './matrix/stacks.ts'

afterAll(stopParts)

// Each transport and each discovery, with the original as a peer.
for (const [place, transport] of transportParts.entries()) {
  for (const [other, discovery] of discoveryParts.entries()) {
    if (!whole && (place + other) % discoveryParts.length !== 1) continue
    const found = stacks.find(({ cell }) => cell.transport === transport && cell.discovery === discovery)
    if (found !== undefined) originalSuite({ describe, it }, found.stack)
  }
}
