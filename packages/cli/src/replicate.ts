import type { Core, PeerStream } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'
import { pipe } from 'it-pipe'

/** Replicates over one connection until it is over. Resolves with what broke it, never rejects. */
export async function replicate(
  core: Core,
  connection: Connection,
  onHandshake: (stream: PeerStream) => void
): Promise<Error | undefined> {
  const stream = core.replicate({ channelBinding: connection.channelBinding })
  stream.on('handshake', () => onHandshake(stream))
  try {
    await pipe(connection, stream, connection)
    return undefined
  } catch (error) {
    connection.abort(error as Error)
    return error as Error
  }
}
