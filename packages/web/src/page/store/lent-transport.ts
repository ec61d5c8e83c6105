import {
  AbortedError,
  ClosedError,
  type Connection,
  ConnectionError,
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Transport
} from '@anyfeed/interfaces'
import type { FromLender, Proof, ToLender } from '../lend.ts'

/** A tab that lends. */
interface Lender {
  readonly port: MessagePort
  /** Where the bytes of connections are handed over. */
  readonly ports: Transport
  readonly door: readonly string[]
}

/** WebRTC for a worker, which has none itself: a tab dials, and is dialled, and hands the bytes over by MessagePort. */
export class LentTransport implements Transport {
  readonly name = 'webrtc'
  readonly supports = { identity: true, encrypted: true, maxBuffered: 16 * 1024 * 1024 }
  /** Called with an address to listen on when there is a tab that others can dial. */
  onDoor: (address: string) => void = () => {}
  readonly #lenders = new Set<Lender>()
  readonly #dials = new Map<string, { resolve(proof: Proof): void; reject(error: Error): void }>()
  readonly #connections = new Set<Connection>()
  #onConnection: ((connection: Connection) => void) | undefined
  #closeListener: () => void = () => {}
  #closed = false

  /** Takes what a tab lends, if it does. Returns how to end that. */
  from(port: MessagePort, ports: Transport): () => void {
    let lender: Lender | undefined
    port.addEventListener('message', ({ data }) => {
      const message = data as FromLender
      if (message.lend === 'door') {
        lender = { port, ports, door: message.addresses }
        this.#lenders.add(lender)
        if (this.#lenders.size === 1) this.#openDoor(lender)
      } else if (message.lend === 'dialled') this.#dials.get(message.name)?.resolve(message.proof)
      else if (message.lend === 'failed') {
        this.#dials.get(message.name)?.reject(new ConnectionError('ERR_ADDRESS_UNREACHABLE', message.message))
      } else if (message.lend === 'arrived') void this.#arrived(port, ports, message)
    })
    return () => {
      if (lender === undefined) return
      this.#lenders.delete(lender)
      this.#closeListener()
      const [next] = this.#lenders
      if (next !== undefined) this.#openDoor(next)
    }
  }

  handles(address: string): boolean {
    return /^\/.*\/webrtc\/p2p\/[^/]+$/.test(address)
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    if (!this.handles(address)) throw new TypeError(`not an address of WebRTC: ${address}`)
    if (this.#closed) throw closedError()
    const [lender] = this.#lenders
    if (lender === undefined) throw new ConnectionError('ERR_ADDRESS_UNREACHABLE', `no tab dials ${address}`)
    const name = crypto.randomUUID()
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => reject(new AbortedError(`dialling ${address} was aborted`, { cause: signal?.reason }))
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
    })
    const bytes = handedOver(lender.ports)
    const proof = new Promise<Proof>((resolve, reject) => this.#dials.set(name, { resolve, reject }))
    bytes.door.then(
      (door) => tell(lender.port, { lend: 'dial', name, address, door }),
      (error) => this.#dials.get(name)?.reject(error)
    )
    const dialled = Promise.all([bytes.connection, proof])
    try {
      const [connection, proven] = await Promise.race([dialled, aborted])
      return this.#adopt(connection, { ...proven, remoteAddress: address })
    } catch (error) {
      dialled.then(([late]) => late.abort(error as Error)).catch(() => {})
      throw error
    } finally {
      bytes.close()
      this.#dials.delete(name)
    }
  }

  async listen(address: string, { onConnection, signal }: ListenOptions): Promise<Listener> {
    const [lender] = this.#lenders
    if (lender === undefined) throw new ConnectionError('ERR_ADDRESS_UNREACHABLE', `no tab listens on ${address}`)
    this.#onConnection = onConnection
    let resolveClosed = () => {}
    const closed = new Promise<void>((resolve) => {
      resolveClosed = resolve
    })
    const close = () => {
      this.#onConnection = undefined
      signal?.removeEventListener('abort', close)
      resolveClosed()
      return closed
    }
    signal?.addEventListener('abort', close, { once: true })
    this.#closeListener = close
    return { addresses: lender.door, closed, close }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#closeListener()
    const connections = [...this.#connections]
    for (const connection of connections) connection.abort(closedError())
    await Promise.all(connections.map((each) => each.closed))
  }

  #openDoor({ door: [address] }: Lender): void {
    if (address !== undefined) this.onDoor(address)
  }

  async #arrived(port: MessagePort, ports: Transport, { name, proof }: { name: string; proof: Proof }): Promise<void> {
    const onConnection = this.#onConnection
    if (onConnection === undefined || this.#closed) return
    const bytes = handedOver(ports)
    tell(port, { lend: 'ready', name, door: await bytes.door })
    const connection = this.#adopt(await bytes.connection, proof)
    bytes.close()
    onConnection(connection)
  }

  #adopt(bytes: Connection, proof: Proof): Connection {
    const connection: Connection = {
      source: bytes.source,
      sink: bytes.sink,
      closed: bytes.closed,
      close: () => bytes.close(),
      abort: (reason) => bytes.abort(reason),
      remoteAddress: proof.remoteAddress,
      remoteIdentity: proof.remoteIdentity,
      channelBinding: proof.channelBinding
    }
    this.#connections.add(connection)
    connection.closed.then(() => this.#connections.delete(connection))
    return connection
  }
}

/** One connection that is handed over at a door of its own. */
function handedOver(ports: Transport) {
  let take: (connection: Connection) => void = () => {}
  const connection = new Promise<Connection>((resolve) => {
    take = resolve
  })
  const listening = ports.listen('/messageport/0', { onConnection: (arrived) => take(arrived) })
  const door = listening.then(({ addresses }) => addresses[0] as string)
  return { connection, door, close: () => void listening.then((listener) => listener.close()).catch(() => {}) }
}

function tell(port: MessagePort, message: ToLender): void {
  port.postMessage(message)
}

function closedError(): ClosedError {
  return new ClosedError('the transport was closed')
}
