import { OpenConnections, wholeNumber } from '@anyfeed/adapter-kit'
import {
  AbortedError,
  ClosedError,
  type Connection,
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Transport
} from '@anyfeed/interfaces'
import { parseAddress, requireName } from './address.ts'
import type { MemoryHub } from './hub.ts'
import { openListener } from './listener.ts'

export interface MemoryTransportOptions {
  /**
   * The bytes that one direction of a connection holds while nobody reads: the sender's source is asked for no more
   * once they are reached, so the last chunk may pass the bound. A chunk counts as 64 bytes at least. Where the two
   * ends say different things, the lower one holds. 1 MiB unless told.
   */
  readonly maxBuffered?: number
}

const MIB = 1024 * 1024

/**
 * Links inside one process. Addresses are `/memory/<name>`; `/memory/0` lets the hub pick a name.
 *
 * Chunks pass by reference: the very array that was sent arrives, and belongs to the reader from then on. There is no
 * timer and no I/O, so what happens depends on nothing but the order of calls; and for the same reason a transfer
 * between two ends that never wait for anything else takes the whole event loop until it is done.
 *
 * `closed` resolves when both ends have ended or one has aborted; what came in before can still be read.
 *
 * Throws a `RangeError` for a `maxBuffered` that is not a whole number above zero.
 *
 * @example
 * ```ts
 * const hub = createMemoryHub()
 * const listener = await memoryTransport(hub).listen('/memory/a', { onConnection: (c) => c.sink(c.source) })
 * const connection = await memoryTransport(hub).dial('/memory/a')
 * ```
 */
export function memoryTransport(hub: MemoryHub, options: MemoryTransportOptions = {}): Transport {
  return new MemoryTransport(hub, options.maxBuffered ?? MIB)
}

class MemoryTransport implements Transport {
  readonly name = 'memory'
  readonly supports
  readonly #hub: MemoryHub
  readonly #listeners = new Set<Listener>()
  readonly #connections = new OpenConnections()
  #closed = false

  constructor(hub: MemoryHub, maxBuffered: number) {
    wholeNumber('maxBuffered', maxBuffered, 1)
    this.#hub = hub
    this.supports = { identity: false, encrypted: false, maxBuffered }
  }

  handles(address: string): boolean {
    return parseAddress(address) !== undefined
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    const name = requireName(address)
    this.#check(`dialling ${address}`, signal)
    // A dial takes a turn on every medium; without it, code that passes here would break on a socket.
    await undefined
    this.#check(`dialling ${address}`, signal)
    return this.#connections.add(this.#hub.connect(name, this.supports.maxBuffered))
  }

  async listen(address: string, options: ListenOptions): Promise<Listener> {
    requireName(address)
    this.#check(`listening on ${address}`, options.signal)
    await undefined
    this.#check(`listening on ${address}`, options.signal)
    const listener = openListener(this.#hub, address, options, this.supports.maxBuffered, (connection) =>
      this.#connections.add(connection)
    )
    this.#listeners.add(listener)
    listener.closed.then(() => this.#listeners.delete(listener))
    return listener
  }

  async close(): Promise<void> {
    this.#closed = true
    const listeners = [...this.#listeners]
    const aborted = this.#connections.abort(new ClosedError('the transport was closed'))
    await Promise.all([...listeners.map((each) => each.close()), aborted])
  }

  #check(doing: string, signal: DialOptions['signal']): void {
    if (this.#closed) throw new ClosedError(`${doing}: the transport was closed`)
    if (signal?.aborted) throw new AbortedError(`${doing} was aborted`, { cause: signal.reason })
  }
}
