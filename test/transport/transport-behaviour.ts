import { describe } from 'vitest'
import { closingBehaviour } from './closing-behaviour.ts'
import { dialBehaviour } from './dial-behaviour.ts'
import { failureBehaviour } from './failure-behaviour.ts'
import { flowBehaviour } from './flow-behaviour.ts'
import { listenBehaviour } from './listen-behaviour.ts'
import type { TransportFactory } from './pair.ts'
import { proofBehaviour } from './proof-behaviour.ts'

/** What every transport does, whatever its medium. Timing is never asked for: only order, counts and codes. */
export function transportBehaviour(name: string, factory: TransportFactory): void {
  describe(name, () => {
    flowBehaviour(factory)
    failureBehaviour(factory)
    dialBehaviour(factory)
    listenBehaviour(factory)
    closingBehaviour(factory)
    proofBehaviour(factory)
  })
}
