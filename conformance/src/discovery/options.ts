import type { Discovery, DiscoverySupports } from '@anyfeed/interfaces'
import { assertFlags, assertOptions, type Flags, isBoolean, oneOf, type SuiteOptions } from '../suite/options.ts'

/** How a discovery is to be made. */
export interface DiscoveryNeeds {
  /**
   * Whether others forget what was withdrawn as soon as the medium allows. Where they go on telling of it for a while,
   * that while is to be short.
   */
  readonly forgetful: boolean
}

/** What the discovery suite takes. */
export interface DiscoverySuiteOptions extends SuiteOptions {
  /** A new discovery. All that were made since the last `teardown` find each other, and nobody else. */
  readonly create: (needs: DiscoveryNeeds) => Discovery | Promise<Discovery>
  /** Called after each case, when all its discoveries are closed. */
  readonly teardown?: (() => unknown) | undefined
  /** What the discovery says of itself: its own `supports`. */
  readonly supports: DiscoverySupports
  /** What the process has open that a discovery could have left there, in whatever words; equal when equal. */
  readonly openHandles?: (() => string) | undefined
}

export const DISCOVERY_FLAGS: Flags = {
  addresses: oneOf('any', 'ip-port'),
  continuous: isBoolean,
  forgetsAfter: (value) => typeof value === 'number' && value >= 0
}
export const OPTIONAL_DISCOVERY_FLAGS: Flags = { wantsId: isBoolean }

/** Throws a `TypeError` for options that are none. */
export function assertDiscoveryOptions(options: DiscoverySuiteOptions): void {
  assertOptions(options, ['create', 'supports'], ['teardown', 'openHandles'])
  assertFlags(options.supports, DISCOVERY_FLAGS, OPTIONAL_DISCOVERY_FLAGS)
}
