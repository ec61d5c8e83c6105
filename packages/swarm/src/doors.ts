import { ClosedError, type Connection, type Listener, type Transport } from '@anyfeed/interfaces'

/** The listeners of a swarm. */
export class Doors {
  readonly #onConnection: (connection: Connection, transport: Transport) => void
  readonly #onChange: () => void
  readonly #open = new Set<Listener>()
  readonly #opening = new Set<Promise<unknown>>()
  readonly #stop = new AbortController()

  constructor(onConnection: (connection: Connection, transport: Transport) => void, onChange: () => void) {
    this.#onConnection = onConnection
    this.#onChange = onChange
  }

  /** Under which addresses others can reach us. */
  get addresses(): string[] {
    return [...new Set([...this.#open].flatMap(({ addresses }) => addresses))]
  }

  /** Whether an address is our own. */
  has(address: string): boolean {
    for (const { addresses } of this.#open) if (addresses.includes(address)) return true
    return false
  }

  /** Opens one. Rejects as `transport.listen` does. */
  async listen(transport: Transport, address: string): Promise<Listener> {
    const opening = this.#listen(transport, address)
    this.#opening.add(opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(opening)
    }
  }

  /** Closes all. Rejects when one cannot be closed. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#opening)
    await Promise.all([...this.#open].map((listener) => listener.close()))
  }

  async #listen(transport: Transport, address: string): Promise<Listener> {
    const listener = await transport.listen(address, {
      signal: this.#stop.signal,
      onAddresses: () => this.#onChange(),
      onConnection: (connection) => this.#onConnection(connection, transport)
    })
    if (this.#stop.signal.aborted) {
      await listener.close()
      throw new ClosedError('the swarm was closed')
    }
    this.#open.add(listener)
    listener.closed.then(() => {
      this.#open.delete(listener)
      this.#onChange()
    })
    this.#onChange()
    return listener
  }
}
