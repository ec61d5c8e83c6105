import { OpenConnections } from '@anyfeed/adapter-kit'
import {
  AbortedError,
  ClosedError,
  type Connection,
  ConnectionError,
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Transport,
  type TransportSupports
} from '@anyfeed/interfaces'
import { parseAddress, requireAddress } from './address.ts'
import { attempt } from './attempt.ts'
import { StreamConnection, type Wire } from './connection.ts'
import { dial } from './dial.ts'
import { GATHERED_BYTES } from './gathering.ts'
import { openListener } from './listener.ts'
import type { Settings } from './options.ts'
import type { Libp2pNode } from './protocol.ts'
import { SENT_AHEAD } from './sending.ts'

/** See {@link libp2pTransport}. */
export class Libp2pTransport implements Transport {
  readonly name = 'libp2p'
  readonly supports: TransportSupports
  readonly #node: Libp2pNode
  readonly #settings: Settings
  readonly #closing = new AbortController()
  readonly #connections = new OpenConnections()
  readonly #opening = new Set<Promise<unknown>>()
  #listener: Listener | undefined

  constructor(node: Libp2pNode, settings: Settings) {
    this.#node = node
    this.#settings = settings
    // Once what libp2p held was taken over, it may hold as much again.
    const maxBuffered = SENT_AHEAD + GATHERED_BYTES + settings.maxBuffered + 2 * settings.maxStreamWindow
    this.supports = { identity: true, encrypted: true, maxBuffered, oneListener: true }
  }

  handles(address: string): boolean {
    return parseAddress(address) !== undefined
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    requireAddress(address)
    return await attempt(
      // Adopted in the turn in which libp2p hands it over, so that no byte and no event is missed.
      (giveUp) => this.#track(dial(this.#node, address, this.#settings, giveUp).then((wire) => this.#adopt(wire))),
      (late) => late.abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the dial was given up')),
      [
        { signal: this.#closing.signal, error: closedError },
        { signal, error: (cause) => new AbortedError(`dialling ${address} was aborted`, { cause }) }
      ]
    )
  }

  async listen(address: string, options: ListenOptions): Promise<Listener> {
    const { peer } = requireAddress(address)
    const check = () => {
      const { signal } = options
      if (this.#closing.signal.aborted) throw closedError()
      if (signal?.aborted) throw new AbortedError(`listening on ${address} was aborted`, { cause: signal.reason })
    }
    check()
    if (peer !== this.#node.peerId.toString()) {
      const message = `listening on ${address} failed: the node is ${this.#node.peerId}`
      throw new ConnectionError('ERR_ADDRESS_UNREACHABLE', message)
    }
    const adopt = (wire: Wire) => this.#adopt(wire)
    const listener = await this.#track(openListener(this.#node, address, this.#settings, options, adopt))
    this.#listener = listener
    try {
      check()
      return listener
    } catch (error) {
      await listener.close()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    // What was just being opened is undone by whoever opened it, or is on one of the lists below.
    await Promise.allSettled(this.#opening)
    await this.#listener?.close()
    await this.#connections.abort(closedError())
  }

  /** What is being opened, which `close` waits for. */
  #track<T>(opening: Promise<T>): Promise<T> {
    this.#opening.add(opening)
    const over = () => this.#opening.delete(opening)
    opening.then(over, over)
    return opening
  }

  #adopt(wire: Wire): Connection {
    return this.#connections.add(new StreamConnection(wire, this.#settings))
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport was closed')
}
