import { handOver, OpenConnections } from '@anyfeed/adapter-kit'
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
  /** Fires when the tab is gone. */
  readonly gone: AbortSignal
}

/** WebRTC for a worker, which has none itself: a tab dials, and is dialled, and hands the bytes over by MessagePort. */
export class LentTransport implements Transport {
  readonly name = 'webrtc'
  readonly supports = { identity: true, encrypted: true, maxBuffered: 16 * 1024 * 1024 }
  /** Called with an address to listen on when there is a tab that others can dial. */
  onDoor: (address: string) => void = () => {}
  readonly #lenders = new Set<Lender>()
  readonly #dials = new Map<string, { resolve(proof: Proof): void; reject(error: Error): void }>()
  readonly #connections = new OpenConnections()
  readonly #closing = new AbortController()
  #onConnection: ListenOptions['onConnection'] | undefined
  #closeListener: () => void = () => {}

  /** Takes what a tab lends, if it does. Returns how to end that. */
  from(port: MessagePort, ports: Transport): () => void {
    const leaving = new AbortController()
    const gone = leaving.signal
    let lender: Lender | undefined
    port.addEventListener('message', ({ data }) => {
      const message = data as FromLender
      if (message.lend === 'door') {
        lender = { port, ports, door: message.addresses, gone }
        this.#lenders.add(lender)
        if (this.#lenders.size === 1) this.#openDoor(lender)
      } else if (message.lend === 'dialled') this.#dials.get(message.name)?.resolve(message.proof)
      else if (message.lend === 'failed') {
        this.#dials.get(message.name)?.reject(new ConnectionError('ERR_ADDRESS_UNREACHABLE', message.message))
      } else if (message.lend === 'arrived' && lender !== undefined) void this.#arrived(lender, message)
    })
    return () => {
      leaving.abort()
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
    if (signal?.aborted) throw abortedError(address, signal)
    if (this.#closing.signal.aborted) throw closedError()
    const [lender] = this.#lenders
    if (lender === undefined) throw new ConnectionError('ERR_ADDRESS_UNREACHABLE', `no tab dials ${address}`)
    const name = crypto.randomUUID()
    const bytes = handedOver(lender.ports)
    const proof = new Promise<Proof>((resolve, reject) => this.#dials.set(name, { resolve, reject }))
    bytes.door.then(
      (door) => tell(lender.port, { lend: 'dial', name, address, door }),
      (error) => this.#dials.get(name)?.reject(error)
    )
    const dialled = Promise.all([bytes.connection, proof])
    const given = new AbortController()
    const ends: Array<readonly [AbortSignal, () => Error]> = [
      [lender.gone, () => goneError(address)],
      [this.#closing.signal, closedError]
    ]
    if (signal !== undefined) ends.push([signal, () => abortedError(address, signal)])
    const ended = new Promise<never>((_, reject) => {
      for (const [end, error] of ends) {
        end.addEventListener('abort', () => reject(error()), { once: true, signal: given.signal })
      }
    })
    try {
      const [connection, proven] = await Promise.race([dialled, ended])
      return this.#adopt(connection, { ...proven, remoteAddress: address })
    } catch (error) {
      // Whatever of it still comes is let go.
      bytes.connection.then((late) => late.abort(error as Error))
      dialled.catch(() => {})
      throw error
    } finally {
      given.abort()
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
      if (this.#onConnection === onConnection) this.#onConnection = undefined
      signal?.removeEventListener('abort', close)
      resolveClosed()
      return closed
    }
    signal?.addEventListener('abort', close, { once: true })
    this.#closeListener = close
    return { addresses: lender.door, closed, close }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#closeListener()
    await this.#connections.abort(closedError())
  }

  #openDoor({ door: [address] }: Lender): void {
    if (address !== undefined) this.onDoor(address)
  }

  async #arrived({ port, ports, gone }: Lender, { name, proof }: { name: string; proof: Proof }): Promise<void> {
    const onConnection = this.#onConnection
    if (onConnection === undefined || this.#closing.signal.aborted) return tell(port, { lend: 'refused', name })
    const bytes = handedOver(ports)
    // What was not handed over by then never is.
    gone.addEventListener('abort', bytes.close, { once: true })
    try {
      tell(port, { lend: 'ready', name, door: await bytes.door })
      const connection = this.#adopt(await bytes.connection, proof)
      if (this.#closing.signal.aborted) connection.abort(closedError())
      else handOver(connection, onConnection)
    } catch {
      // There is no door: the tab, or the store, is on its way out.
    } finally {
      gone.removeEventListener('abort', bytes.close)
      bytes.close()
    }
  }

  #adopt(bytes: Connection, proof: Proof): Connection {
    return this.#connections.add({
      source: bytes.source,
      sink: bytes.sink,
      closed: bytes.closed,
      close: () => bytes.close(),
      abort: (reason) => bytes.abort(reason),
      remoteAddress: proof.remoteAddress,
      remoteIdentity: proof.remoteIdentity,
      channelBinding: proof.channelBinding
    })
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

function goneError(address: string): ConnectionError {
  return new ConnectionError('ERR_ADDRESS_UNREACHABLE', `the tab that dialled ${address} was closed`)
}

function abortedError(address: string, { reason }: AbortSignal): AbortedError {
  return new AbortedError(`dialling ${address} was aborted`, { cause: reason })
}
