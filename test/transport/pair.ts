import type { Connection, Listener, Transport } from '@anyfeed/interfaces'

/** What the suite needs to know of a transport. */
export interface TransportFactory {
  /** A new transport; all that one factory makes reach each other. */
  create(): Transport
  /** An address for the transport to listen on, each time another one. */
  anyAddress(transport: Transport): string
  /** An address of the same kind that is not one: `handles` refuses it. */
  readonly foreignAddress: string
  /** Whether a transport has a single address of its own, and so one listener at a time. */
  readonly oneDoor?: boolean
  /** Whether channel bindings tell pairs of identities apart, rather than connections. */
  readonly bindsPair?: boolean
}

export interface Pair {
  readonly dialler: Transport
  readonly listening: Transport
  readonly listener: Listener
  /** What can be dialled. */
  readonly address: string
  /** Both ends of a new connection, the dialler's first. */
  connect(): Promise<[Connection, Connection]>
}

/** Runs a test with two transports, one of them listening, and closes both whatever happens. */
export async function withPair(factory: TransportFactory, test: (pair: Pair) => Promise<void>): Promise<void> {
  const dialler = factory.create()
  const listening = factory.create()
  const arrived: Connection[] = []
  const waiting: Array<(connection: Connection) => void> = []
  try {
    const listener = await listening.listen(factory.anyAddress(listening), {
      onConnection(connection) {
        const taker = waiting.shift()
        if (taker === undefined) arrived.push(connection)
        else taker(connection)
      }
    })
    const address = listener.addresses[0] ?? ''
    const accepted = async () => arrived.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)))
    const connect = async () => {
      const near = await dialler.dial(address)
      return [near, await accepted()] as [Connection, Connection]
    }
    await test({ dialler, listening, listener, address, connect })
  } finally {
    await Promise.all([dialler.close(), listening.close()])
  }
}
