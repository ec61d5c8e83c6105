import type { Connection } from './connection.ts'

/** What a transport can do; the conformance suite holds it to this. */
export interface TransportSupports {
  /** Whether connections prove who the remote is (`remoteIdentity`). */
  readonly identity: boolean

  /** Whether what passes is hidden from and protected against others on the way. */
  readonly encrypted: boolean

  /**
   * The most bytes that one direction of a connection takes in from a sender while the receiver does not read, plus the
   * chunk in hand: how large a chunk is cannot be known before it was taken.
   */
  readonly maxBuffered: number

  /**
   * Whether the transport has a single address of its own, and so one listener at a time: another one is refused as one
   * whose address is taken. Absent, as most are: any number.
   */
  readonly oneListener?: boolean
}

export interface DialOptions {
  /** Gives up: the call rejects with an {@link AbortedError}, and nothing is left open. */
  readonly signal?: AbortSignal
}

export interface ListenOptions {
  /**
   * Called once for each connection that comes in. What it throws aborts that connection and nothing else.
   */
  readonly onConnection: (connection: Connection) => void

  /**
   * Called when {@link Listener.addresses} has changed after `listen` had resolved: the machine is in another network now,
   * or a relay took us in. A transport whose addresses stay as they are never calls it.
   */
  readonly onAddresses?: () => void

  /** Stops listening, as {@link Listener.close} does. Before the call has resolved, it rejects with an {@link AbortedError}. */
  readonly signal?: AbortSignal
}

/** An open door. */
export interface Listener {
  /** The present addresses under which this transport can dial the listener, in multiaddr syntax, with the port that was picked. */
  readonly addresses: readonly string[]

  /** Resolves when the listener is closed, for whatever reason. Rejects never. */
  readonly closed: Promise<void>

  /** Takes no more connections; those that exist go on. Resolves once the address is free again. */
  close(): Promise<void>
}

/**
 * Turns an address into a connection.
 *
 * Addresses are strings in multiaddr syntax, opaque to everything but the transport that says it can dial them.
 */
export interface Transport {
  /** A short name for logs and counters, such as `tcp`. */
  readonly name: string

  readonly supports: TransportSupports

  /** Whether `dial` and `listen` understand this address. Any string may be asked; never throws. */
  handles(address: string): boolean

  /**
   * Connects. Rejects with a {@link ConnectionError} (code `ERR_CONNECTION_REFUSED`, `ERR_ADDRESS_UNREACHABLE`, ...),
   * with a `TypeError` for an address that it does not handle, with an {@link AbortedError} when the signal fires, and
   * with a {@link ClosedError} after `close`. A signal that fires later does not touch the connection.
   */
  dial(address: string, options?: DialOptions): Promise<Connection>

  /**
   * Listens. Port 0 lets the system pick. Any number of listeners may be open (but see `supports.oneListener`). Rejects
   * with a {@link ConnectionError} (code `ERR_ADDRESS_IN_USE`) for an address that is taken, with a `TypeError` for one
   * that it does not handle, and with a {@link ClosedError} after `close`.
   */
  listen(address: string, options: ListenOptions): Promise<Listener>

  /**
   * Closes all listeners, aborts all connections with a {@link ClosedError}, and gives up what is being opened. Resolves
   * when nothing is left. Calling it again is harmless.
   */
  close(): Promise<void>
}
