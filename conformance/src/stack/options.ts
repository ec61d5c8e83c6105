import type { Core, CoreOptions } from '@anyfeed/core'
import type {
  Discovery,
  DiscoverySupports,
  Storage,
  StorageSupports,
  Transport,
  TransportSupports
} from '@anyfeed/interfaces'
import type { Swarm, SwarmOptions } from '@anyfeed/swarm'
import { DISCOVERY_FLAGS, OPTIONAL_DISCOVERY_FLAGS } from '../discovery/options.ts'
import { STORAGE_FLAGS } from '../storage/options.ts'
import { assertFlags, assertOptions, type SuiteOptions } from '../suite/options.ts'
import { OPTIONAL_TRANSPORT_FLAGS, TRANSPORT_FLAGS } from '../transport/options.ts'

/** What one peer is made of. */
export interface StackParts {
  readonly storage: Storage
  readonly transports: readonly Transport[]
  readonly discovery: readonly Discovery[]
  /** Where it listens; the others can dial what comes of it. */
  readonly listen: readonly string[]
}

/** What a peer is to have. */
export interface StackNeeds {
  /** Whether it is to find others and be found. Else it needs no discovery. */
  readonly discovery: boolean
  /** Whether its discovery is to be one that forgets as soon as the medium allows; see `DiscoveryNeeds`. */
  readonly forgetful: boolean
}

/** What the parts of a stack say of themselves. */
export interface StackSupports {
  readonly storage: StorageSupports
  readonly transport: TransportSupports
  readonly discovery: DiscoverySupports
}

/** What the stack suite takes. */
export interface StackSuiteOptions extends SuiteOptions {
  /** The parts of one more peer. It reaches and finds all that were made since the last `teardown`, and nobody else. */
  readonly create: (needs: StackNeeds) => StackParts | Promise<StackParts>
  /** A store over the place of one that was closed. Needed where the storage is `persistent`. */
  readonly reopen?: ((closed: Storage) => Storage | Promise<Storage>) | undefined
  /** Called after each case, when all peers are closed. */
  readonly teardown?: (() => unknown) | undefined
  /** What the parts say of themselves: their own `supports`. */
  readonly supports: StackSupports
  /** `createCore` of `@anyfeed/core` by default. */
  readonly createCore?: ((options: CoreOptions) => Core) | undefined
  /** `createSwarm` of `@anyfeed/swarm` by default. */
  readonly createSwarm?: ((options: SwarmOptions) => Swarm) | undefined
}

/** Throws a `TypeError` for options that are none. */
export function assertStackOptions(options: StackSuiteOptions): void {
  assertOptions(options, ['create', 'supports'], ['reopen', 'teardown', 'createCore', 'createSwarm'])
  const { storage, transport, discovery, ...others } = options.supports
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new TypeError(`a stack has no part '${unknown}'`)
  assertFlags(storage, STORAGE_FLAGS)
  assertFlags(transport, TRANSPORT_FLAGS, OPTIONAL_TRANSPORT_FLAGS)
  assertFlags(discovery, DISCOVERY_FLAGS, OPTIONAL_DISCOVERY_FLAGS)
  if (storage.persistent && options.reopen === undefined) {
    throw new TypeError("a persistent store needs 'reopen', to show that it is")
  }
}
