import type { Connection } from '@anyfeed/interfaces'

/** The connections of a transport or a listener that have not closed yet. */
export class OpenConnections {
  readonly #open = new Set<Connection>()

  /** Holds `connection` until it has closed. Returns it. */
  add<C extends Connection>(connection: C): C {
    this.#open.add(connection)
    connection.closed.then(() => this.#open.delete(connection))
    return connection
  }

  /** Aborts all that are open now with `reason`. Resolves when nothing of them is left. */
  async abort(reason: Error): Promise<void> {
    const connections = [...this.#open]
    for (const connection of connections) connection.abort(reason)
    await Promise.all(connections.map(({ closed }) => closed))
  }
}
