import type { Connection, Listener, Transport } from '@anyfeed/interfaces'
import type { Noticing } from '../suite/noticing.ts'
import type { TransportSuiteOptions } from './options.ts'

/** Two transports, one of which listens. */
export interface Pair {
  readonly dialler: Transport
  readonly listening: Transport
  readonly listener: Listener
  /** What can be dialled. */
  readonly address: string
  /** Both ends of a new connection, the dialler's first; by another dialler if told. */
  connect(dialler?: Transport): Promise<[Connection, Connection]>
}

/** What a transport case is run in. */
export class TransportWorld {
  readonly options: TransportSuiteOptions
  readonly notice: Noticing
  readonly #created: Transport[] = []

  constructor(options: TransportSuiteOptions, notice: Noticing) {
    this.options = options
    this.notice = notice
  }

  /** A transport that is closed at the end. */
  async create(): Promise<Transport> {
    const transport = await this.options.create()
    this.#created.push(transport)
    return transport
  }

  address(transport: Transport): string {
    return this.options.address(transport)
  }

  /** Two transports, one of which listens. */
  async pair(): Promise<Pair> {
    const [dialler, listening] = [await this.create(), await this.create()]
    const arrived: Connection[] = []
    const waiting: Array<(connection: Connection) => void> = []
    const listener = await listening.listen(this.address(listening), {
      onConnection(connection) {
        const taker = waiting.shift()
        if (taker === undefined) arrived.push(connection)
        else taker(connection)
      }
    })
    const address = listener.addresses[0] ?? ''
    const accepted = async () => arrived.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)))
    return {
      dialler,
      listening,
      listener,
      address,
      connect: async (by = dialler) => {
        const near = await by.dial(address)
        return [near, await accepted()]
      }
    }
  }

  async leave(): Promise<void> {
    try {
      await Promise.all(this.#created.map((transport) => transport.close()))
    } finally {
      await this.options.teardown?.()
    }
  }
}
