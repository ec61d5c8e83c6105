import type { Timer, Transport } from '@anyfeed/interfaces'
import type { SwarmPeer } from './swarm-peer.ts'

/**
 * Where an address stands:
 * - `ready`: it may be dialled, and waits for its turn;
 * - `dialing`: it is being dialled, or was and the peer has not said who it is;
 * - `linked`: its peer is connected, over this address or another way;
 * - `resting`: it failed, or its peer was lost; its timer makes it ready again.
 */
export type AddressState = 'ready' | 'dialing' | 'linked' | 'resting'

/** Addresses known for one purpose, which take turns with those of others; see `AddressGroup`. */
export interface DialGroup {
  /** Those that may be dialled, in the order of their turns. */
  readonly ready: ReadonlySet<KnownAddress>
  /** Those whose peers are connected. */
  readonly linked: ReadonlySet<KnownAddress>
  /** Counts an address under its present state. */
  sort(known: KnownAddress): void
  delete(known: KnownAddress): void
}

/** Somebody waits for the peer at an address. */
export interface DialWaiter {
  /** Whether the first failure is the answer. */
  readonly once: boolean
  resolve(peer: SwarmPeer): void
  reject(error: Error): void
}

/** An address that may be dialled. The groups for which it is known keep it; with the last one it is forgotten. */
export class KnownAddress {
  readonly address: string
  readonly transport: Transport
  /** The groups for which it is known, each with the names of those who found it. */
  readonly groups = new Map<DialGroup, Set<string>>()
  readonly waiters = new Set<DialWaiter>()
  state: AddressState = 'ready'
  /** How often in a row it led to nothing that lasted. */
  failures = 0
  timer: Timer | undefined
  /** The key of the peer that was met there last. */
  peer: string | undefined
  /** Whether it leads to ourselves. */
  own = false
  /** Whether the user wants it to be connected again and again. */
  kept = false
  /** Gives up the dial that is under way. */
  giveUp: AbortController | undefined

  constructor(address: string, transport: Transport) {
    this.address = address
    this.transport = transport
  }

  /** Moves on to another state, and tells the groups, which count. */
  enter(state: AddressState): void {
    this.state = state
    for (const group of this.groups.keys()) group.sort(this)
  }

  /** Who found it, for whatever. */
  get discoveries(): string[] {
    return [...new Set([...this.groups.values()].flatMap((names) => [...names]))]
  }
}
