import type { Run } from '../tree/subtree.ts'

/** What one peer was asked for on one feed, and owes. */
export interface Asking {
  /** How many blocks are owed. */
  readonly size: number
  /** The blocks that are owed, in no order. */
  blocks(): number[]
  /** Asks for a run of blocks. */
  ask(run: Run): void
  /** A request has expired; returns the blocks that are not owed any more. The peer is told. */
  expire(request: object): number[]
  /** Blocks that are owed are not needed any more: the peer is told. Those that come all the same are forgiven. */
  cancel(blocks: readonly number[]): void
  /** Nothing is owed any more. `told`: the peer must be told. Returns the blocks that were. */
  abandon(told: boolean): number[]
}
