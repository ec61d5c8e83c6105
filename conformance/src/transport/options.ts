import type { Transport, TransportSupports } from '@anyfeed/interfaces'
import { assertFlags, assertOptions, type Flags, isBoolean, type SuiteOptions } from '../suite/options.ts'

/** What the transport suite takes. */
export interface TransportSuiteOptions extends SuiteOptions {
  /** A new transport. All that were made since the last `teardown` reach each other. */
  readonly create: () => Transport | Promise<Transport>
  /** Called after each case, when all its transports are closed. */
  readonly teardown?: (() => unknown) | undefined
  /** What the transport says of itself: its own `supports`. */
  readonly supports: TransportSupports
  /** An address for a transport to listen on, each time another one, such as `/ip4/127.0.0.1/tcp/0`. */
  readonly address: (transport: Transport) => string
  /** Strings that nearly are addresses of the transport, and are none. */
  readonly foreignAddresses: readonly string[]
  /** What the process has open that a transport could have left there, in whatever words; equal when equal. */
  readonly openHandles?: (() => string) | undefined
}

export const TRANSPORT_FLAGS: Flags = {
  identity: isBoolean,
  encrypted: isBoolean,
  maxBuffered: (value) => Number.isSafeInteger(value) && (value as number) > 0
}
export const OPTIONAL_TRANSPORT_FLAGS: Flags = { oneListener: isBoolean }

/** Throws a `TypeError` for options that are none. */
export function assertTransportOptions(options: TransportSuiteOptions): void {
  assertOptions(options, ['create', 'supports', 'address', 'foreignAddresses'], ['teardown', 'openHandles'])
  assertFlags(options.supports, TRANSPORT_FLAGS, OPTIONAL_TRANSPORT_FLAGS)
}
