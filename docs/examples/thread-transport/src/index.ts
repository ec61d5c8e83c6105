import { MessageChannel, type MessagePort } from 'node:worker_threads'
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
import { PortConnection, WINDOW } from './port-connection.ts'

/** A transport between threads. */
export interface ThreadTransport extends Transport {
  /** Reaches, and is reached by, who is at the other end of a port, such as the `parentPort` of a worker. */
  attach(port: MessagePort): void
}

/** What passes on an attached port: one end of a new connection, for whoever listens under that name. */
interface Dial {
  readonly dial: string
  readonly from: string
  readonly port: MessagePort
}

/** Connections between threads. Addresses are `/thread/<name>`; `/thread/0` listens under a name of its own. */
export function threadTransport(): ThreadTransport {
  return new Threads()
}

class Threads implements ThreadTransport {
  readonly name = 'thread'
  readonly supports = { identity: false, encrypted: false, maxBuffered: WINDOW }
  readonly #attached = new Map<MessagePort, (message: Dial) => void>()
  readonly #listeners = new Map<string, (connection: Connection) => void>()
  readonly #connections = new Set<Connection>()
  /** Fires when the transport closes. */
  readonly #closing = new AbortController()

  attach(port: MessagePort): void {
    const take = (message: Dial) => this.#answer(message)
    this.#attached.set(port, take)
    port.on('message', take)
  }

  handles(address: string): boolean {
    return nameIn(address) !== undefined
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    const name = requireName(address)
    const gone = () => this.#giveUp(signal, `dialling ${address}`)
    const given = gone()
    if (given !== undefined) throw given
    // Everyone who is attached is asked, and so are our own listeners; who does not listen there closes the port.
    const offers = [undefined, ...this.#attached.keys()].map((through) => {
      const { port1, port2 } = new MessageChannel()
      const offer: Dial = { dial: name, from: crypto.randomUUID(), port: port2 }
      if (through === undefined) this.#answer(offer)
      else through.postMessage(offer, [port2])
      return port1
    })
    let taken: MessagePort | undefined
    const ending = new AbortController()
    try {
      return await new Promise<Connection>((resolve, reject) => {
        const refuse = new ConnectionError('ERR_CONNECTION_REFUSED', `nobody listens on ${address}`)
        let waiting = offers.length
        for (const port of offers) {
          port.once('close', () => --waiting === 0 && reject(refuse))
          port.once('message', () => {
            if (taken !== undefined) return
            taken = port
            resolve(this.#adopt(new PortConnection(port, address)))
          })
        }
        for (const each of [signal, this.#closing.signal]) {
          each?.addEventListener('abort', () => reject(gone()), { signal: ending.signal })
        }
      })
    } finally {
      ending.abort()
      for (const port of offers) if (port !== taken) port.close()
    }
  }

  async listen(address: string, { onConnection, signal }: ListenOptions): Promise<Listener> {
    const asked = requireName(address)
    // A turn, so that a signal can still stop it.
    await undefined
    const gone = this.#giveUp(signal, `listening on ${address}`)
    if (gone !== undefined) throw gone
    const name = asked === '0' ? crypto.randomUUID() : asked
    if (this.#listeners.has(name)) throw new ConnectionError('ERR_ADDRESS_IN_USE', `${address} is taken`)
    this.#listeners.set(name, (connection) => {
      // What the handler throws, or rejects with, ends that connection alone.
      new Promise((resolve) => resolve(onConnection(connection))).catch((error: Error) => connection.abort(error))
    })
    const ended = new AbortController()
    const closed = new Promise<void>((resolve) => {
      ended.signal.addEventListener('abort', () => {
        this.#listeners.delete(name)
        resolve()
      })
    })
    for (const each of [signal, this.#closing.signal]) {
      each?.addEventListener('abort', () => ended.abort(), { signal: ended.signal })
    }
    const close = () => {
      ended.abort()
      return closed
    }
    return { addresses: [`/thread/${name}`], closed, close }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const connections = [...this.#connections]
    for (const connection of connections) connection.abort(new ClosedError('the transport was closed'))
    await Promise.all(connections.map(({ closed }) => closed))
    for (const [port, take] of this.#attached) port.off('message', take)
    this.#attached.clear()
  }

  #answer({ dial, from, port }: Dial): void {
    const take = this.#listeners.get(dial)
    if (take === undefined) return port.close()
    port.postMessage('open')
    take(this.#adopt(new PortConnection(port, `/thread/${from}`)))
  }

  #adopt(connection: Connection): Connection {
    this.#connections.add(connection)
    connection.closed.then(() => this.#connections.delete(connection))
    return connection
  }

  /** Why something that is being opened must be given up. */
  #giveUp(signal: AbortSignal | undefined, what: string): Error | undefined {
    if (signal?.aborted) return new AbortedError(`${what} was aborted`, { cause: signal.reason })
    return this.#closing.signal.aborted ? new ClosedError('the transport was closed') : undefined
  }
}

function nameIn(address: string): string | undefined {
  return /^\/thread\/([\w-]{1,64})$/.exec(address)?.[1]
}

function requireName(address: string): string {
  const name = nameIn(address)
  if (name === undefined) throw new TypeError(`not an address of threads: ${address}`)
  return name
}
