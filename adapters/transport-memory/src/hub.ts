import { type Connection, ConnectionError } from '@anyfeed/interfaces'
import { formatAddress } from './address.ts'

/** Where a listener takes the far end of a new connection. */
type Accept = (dialler: string, bound: number) => Connection

/** The place where the memory transports of one process meet. Make it with {@link createMemoryHub}. */
export class MemoryHub {
  readonly #listeners = new Map<string, Accept>()
  #names = 0

  /** A name that no listener has and that the hub has not given out before. */
  freshName(): string {
    do this.#names++
    while (this.#listeners.has(String(this.#names)))
    return String(this.#names)
  }

  /** Takes a name. Throws a {@link ConnectionError} with `ERR_ADDRESS_IN_USE` when it is taken. */
  register(name: string, accept: Accept): void {
    if (this.#listeners.has(name)) {
      throw new ConnectionError('ERR_ADDRESS_IN_USE', `${formatAddress(name)} is taken`)
    }
    this.#listeners.set(name, accept)
  }

  /** Frees a name. */
  release(name: string): void {
    this.#listeners.delete(name)
  }

  /** Throws a {@link ConnectionError} with `ERR_CONNECTION_REFUSED` when nobody listens under the name. */
  connect(name: string, bound: number): Connection {
    const accept = this.#listeners.get(name)
    if (accept === undefined) {
      throw new ConnectionError('ERR_CONNECTION_REFUSED', `nobody listens on ${formatAddress(name)}`)
    }
    return accept(formatAddress(this.freshName()), bound)
  }
}

/**
 * A hub: what memory transports that are to reach each other have in common. Names are taken per hub, and nothing
 * passes from one hub to another.
 *
 * @example
 * ```ts
 * const hub = createMemoryHub()
 * const alice = memoryTransport(hub)
 * const bob = memoryTransport(hub)
 * ```
 */
export function createMemoryHub(): MemoryHub {
  return new MemoryHub()
}
