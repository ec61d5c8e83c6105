import type { Connection, Transport } from '@anyfeed/interfaces'

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** The transport, with each connection as `change` makes it. */
export function changed(transport: Transport, change: (connection: Connection) => Connection): Transport {
  return {
    name: transport.name,
    supports: transport.supports,
    handles: (address) => transport.handles(address),
    dial: async (address, options) => change(await transport.dial(address, options)),
    listen: (address, { onConnection, ...options }) =>
      transport.listen(address, { ...options, onConnection: (connection) => onConnection(change(connection)) }),
    close: () => transport.close()
  }
}

/** The connection, with another source or sink. */
function replaced(connection: Connection, parts: Partial<Pick<Connection, 'source' | 'sink'>>): Connection {
  return {
    source: parts.source ?? connection.source,
    sink: parts.sink ?? connection.sink,
    remoteAddress: connection.remoteAddress,
    remoteIdentity: connection.remoteIdentity,
    channelBinding: connection.channelBinding,
    closed: connection.closed,
    close: () => connection.close(),
    abort: (reason) => connection.abort(reason)
  }
}

/**
 * Sends so many bytes and no more: then it ends the direction as if that were all (`ends`), ends both (`closes`), or
 * breaks off (`resets`).
 */
export function cutAfter(connection: Connection, bytes: number, how: 'ends' | 'closes' | 'resets'): Connection {
  async function* cut(source: Chunks): AsyncGenerator<Uint8Array> {
    let left = bytes
    for await (const chunk of source) {
      if (chunk.length > left) {
        if (left > 0) yield chunk.subarray(0, left)
        break
      }
      left -= chunk.length
      yield chunk
    }
    if (how === 'closes') void connection.close()
    if (how === 'resets') connection.abort(new Error('reset on purpose'))
  }
  return replaced(connection, { sink: (source) => connection.sink(cut(source)) })
}

/** Reads so many bytes, and then nothing until `again` resolves. */
export function stalling(connection: Connection, bytes: number, again: Promise<void>): Connection {
  async function* stall(): AsyncGenerator<Uint8Array> {
    let read = 0
    for await (const chunk of connection.source) {
      yield chunk
      read += chunk.length
      if (read >= bytes) await again
    }
  }
  return replaced(connection, { source: stall() })
}
