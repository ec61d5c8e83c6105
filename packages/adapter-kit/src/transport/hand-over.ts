import type { Connection, ListenOptions } from '@anyfeed/interfaces'

/**
 * Gives a connection that came in to a listener's `onConnection`. When that throws, or rejects where it is async, this
 * connection is aborted with the error, and nothing else happens.
 */
export function handOver(connection: Connection, onConnection: ListenOptions['onConnection']): void {
  new Promise((resolve) => resolve(onConnection(connection))).catch((error: Error) => connection.abort(error))
}
