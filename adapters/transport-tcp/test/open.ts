import type { Connection, Transport } from '@anyfeed/interfaces'

/** Listens on a port of 127.0.0.1, and gives connections in the order in which they come. */
export async function listenOn(transport: Transport, on = '/ip4/127.0.0.1/tcp/0') {
  const arrived: Connection[] = []
  const waiting: Array<(connection: Connection) => void> = []
  const listener = await transport.listen(on, {
    onConnection(connection) {
      const taker = waiting.shift()
      if (taker === undefined) arrived.push(connection)
      else taker(connection)
    }
  })
  const address = listener.addresses[0] ?? ''
  return {
    listener,
    address,
    port: Number(address.split('/')[4]),
    accepted: async () => arrived.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)))
  }
}

/** Bytes to the end, and what came instead of one. */
export async function readAll(source: AsyncIterable<Uint8Array>): Promise<{ bytes: number; error?: unknown }> {
  let bytes = 0
  try {
    for await (const chunk of source) bytes += chunk.length
    return { bytes }
  } catch (error) {
    return { bytes, error }
  }
}

/** Runs a test and closes its transports whatever happens. */
export async function closing(transports: readonly Transport[], test: () => Promise<void>): Promise<void> {
  try {
    await test()
  } finally {
    await Promise.all(transports.map((transport) => transport.close()))
  }
}
