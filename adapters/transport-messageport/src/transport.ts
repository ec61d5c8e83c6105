import { handOver, OpenConnections, wholeNumber } from '@anyfeed/adapter-kit'
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
import { accept, refuse } from './accept.ts'
import { formatAddress, freshName, parseAddress, requireName } from './address.ts'
import { Attachment, firstWith, type Introducer } from './attachment.ts'
import { dial } from './dial.ts'
import type { Introduction } from './messages.ts'
import type { AttachedPort } from './port.ts'

export interface MessagePortTransportOptions {
  /**
   * The bytes that one direction of a connection takes in from the remote before they are read; the last chunk may pass
   * the bound. A chunk counts as 64 bytes at least. 1 MiB unless told.
   */
  readonly maxBuffered?: number

  /** Whether those who are attached to this transport are introduced to each other. `false` unless told. */
  readonly introduce?: boolean
}

/** A transport with ports attached to it. */
export interface MessagePortTransport extends Transport {
  /**
   * Reaches, and is reached by, who is at the other end of a port: a MessagePort, a Worker, or the global scope of a
   * dedicated worker. Other messages may pass there too. The port stays the caller's, and is not closed. Returns how to
   * detach it; who is at the other end and goes away is detached by itself, where the platform tells of it.
   */
  attach(port: AttachedPort): () => void
}

const MIB = 1024 * 1024

/** Milliseconds that those who are attached have to say that they listen under a name: they may be no transport at all. */
const ANSWER_TIMEOUT = 5000

/**
 * Connections between a page, its workers and its other tabs, or between threads. Addresses are `/messageport/<name>`;
 * `/messageport/0` listens under a name of its own. There is no register of names: whoever dials asks all that are
 * attached here who has it, and whoever listens asks them whether it is taken (two that begin at once may both get it).
 * Each connection has a MessagePort of its own, so that who introduced the two is
 * needed no more.
 *
 * Chunks are copied once, and the copy is handed over.
 *
 * Throws a `RangeError` for a `maxBuffered` that is not a whole number above zero.
 *
 * @example
 * ```ts
 * const transport = messagePortTransport()
 * transport.attach(new SharedWorker('store.js', { type: 'module' }).port)
 * const connection = await transport.dial('/messageport/store')
 * ```
 */
export function messagePortTransport(options: MessagePortTransportOptions = {}): MessagePortTransport {
  return new PortTransport(options.maxBuffered ?? MIB, options.introduce ?? false)
}

class PortTransport implements MessagePortTransport, Introducer {
  readonly name = 'messageport'
  readonly supports
  readonly #introduce: boolean
  readonly #attachments = new Set<Attachment>()
  readonly #listeners = new Map<string, { readonly take: (connection: Connection) => void; close(): void }>()
  readonly #connections = new OpenConnections()
  readonly #closing = new AbortController()

  constructor(maxBuffered: number, introduce: boolean) {
    wholeNumber('maxBuffered', maxBuffered, 1)
    this.supports = { identity: false, encrypted: false, maxBuffered }
    this.#introduce = introduce
  }

  attach(port: AttachedPort): () => void {
    if (this.#closing.signal.aborted) throw closedError()
    const attachment = new Attachment(port, this)
    this.#attachments.add(attachment)
    return () => attachment.detach()
  }

  handles(address: string): boolean {
    return parseAddress(address) !== undefined
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    const name = requireName(address)
    const { maxBuffered } = this.supports
    return this.#connections.add(
      await dial(name, this.#attachments, maxBuffered, { signal, closing: this.#closing.signal })
    )
  }

  async listen(address: string, { onConnection, signal }: ListenOptions): Promise<Listener> {
    const asked = requireName(address)
    const check = () => {
      if (this.#closing.signal.aborted) throw closedError()
      if (signal?.aborted) throw new AbortedError(`listening on ${address} was aborted`, { cause: signal.reason })
    }
    check()
    const name = asked === '0' ? freshName() : asked
    // Nobody else has a fresh one. Listening takes a turn on every medium.
    const taken = await (name === asked && this.#isTaken(name, signal))
    check()
    if (taken || this.#listeners.has(name)) {
      throw new ConnectionError('ERR_ADDRESS_IN_USE', `${formatAddress(name)} is taken`)
    }
    let resolveClosed = () => {}
    const closed = new Promise<void>((resolve) => {
      resolveClosed = resolve
    })
    const close = () => {
      if (this.#listeners.get(name) === listener) this.#listeners.delete(name)
      signal?.removeEventListener('abort', close)
      resolveClosed()
      return closed
    }
    const take = (connection: Connection) => handOver(connection, onConnection)
    const listener = { take, close }
    this.#listeners.set(name, listener)
    signal?.addEventListener('abort', close, { once: true })
    return { addresses: [formatAddress(name)], closed, close }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const listener of [...this.#listeners.values()]) listener.close()
    await this.#connections.abort(closedError())
    for (const attachment of [...this.#attachments]) attachment.detach()
  }

  /** Called by what is attached. */
  async seek(name: string, introduced: boolean, from: Attachment): Promise<boolean> {
    if (this.#listeners.has(name)) return true
    return !introduced && this.#introduce && (await firstWith(name, this.#others(from), true)) !== undefined
  }

  /** Called by what is attached. */
  dialled(dial: Introduction & { anyfeed: 'dial' }, from: Attachment): void {
    const { name, port } = dial
    if (this.#listeners.has(name)) {
      accept(dial, this.supports.maxBuffered, (connection) => {
        this.#connections.add(connection)
        const listener = this.#listeners.get(name)
        if (listener === undefined) connection.abort(closedError())
        else listener.take(connection)
      })
    } else if (this.#introduce) {
      firstWith(name, this.#others(from), true).then((other) => {
        if (other === undefined) refuse(port)
        else other.dial(dial)
      })
    } else refuse(port)
  }

  /** Called by what is attached. */
  detached(attachment: Attachment): void {
    this.#attachments.delete(attachment)
  }

  /** Whether somebody who is attached has a listener of that name, as far as they say in time. */
  async #isTaken(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    const ends = [this.#closing.signal, AbortSignal.timeout(ANSWER_TIMEOUT), ...(signal ? [signal] : [])]
    return await new Promise<boolean>((resolve) => {
      AbortSignal.any(ends).addEventListener('abort', () => resolve(false), { once: true })
      firstWith(name, this.#attachments, false).then((other) => resolve(other !== undefined))
    })
  }

  #others(from: Attachment): Attachment[] {
    return [...this.#attachments].filter((each) => each !== from)
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport was closed')
}
