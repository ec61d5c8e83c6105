import { OpenConnections } from '@anyfeed/adapter-kit'
import {
  ClosedError,
  type Connection,
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Transport,
  type TransportSupports
} from '@anyfeed/interfaces'
import { parseAddress, requireAddress } from './address.ts'
import { Attempt } from './attempt.ts'
import { CIPHERTEXT_BUFFERED } from './ciphertext.ts'
import { TcpConnection, type Wire } from './connection.ts'
import { dial } from './dial.ts'
import { openListener } from './listener.ts'
import type { Settings } from './options.ts'
import { SLAB_BYTES } from './read-slab.ts'

const KIB = 1024
/** What Node's streams hold by themselves, beside what is counted here: a mark of 64 KiB, and a read on top of it. */
const STREAM_BUFFERED = 128 * KIB
/** What the kernels may hold: Linux grows a socket's buffers up to 4 MiB for sending and 32 MiB for receiving. */
const KERNEL_BUFFERED = 36 * KIB * KIB

/** See {@link tcpTransport}. */
export class TcpTransport implements Transport {
  readonly name = 'tcp'
  readonly supports: TransportSupports
  readonly #settings: Settings
  readonly #attempts = new Map<Attempt, Promise<unknown>>()
  readonly #listeners = new Set<Listener>()
  readonly #connections = new OpenConnections()
  #closed = false

  constructor(settings: Settings) {
    const secure = settings.tls !== undefined
    const held = settings.maxBuffered + STREAM_BUFFERED + (secure ? 2 * CIPHERTEXT_BUFFERED : 0)
    this.#settings = settings
    // A read on top of the reader's bound is as large as its slab; Node's own reads are counted above.
    const maxBuffered = 2 * held + KERNEL_BUFFERED + (secure ? 0 : SLAB_BYTES)
    this.supports = { identity: secure, encrypted: secure, maxBuffered }
  }

  handles(address: string): boolean {
    return parseAddress(address) !== undefined
  }

  async dial(address: string, { signal }: DialOptions = {}): Promise<Connection> {
    requireAddress(address)
    return await this.#attempt(`dialling ${address}`, async (attempt) =>
      this.#adopt(await dial(address, this.#settings, attempt, signal))
    )
  }

  async listen(address: string, options: ListenOptions): Promise<Listener> {
    requireAddress(address)
    return await this.#attempt(`listening on ${address}`, async (attempt) => {
      const listener = await openListener(address, this.#settings, attempt, options, (wire) => this.#adopt(wire))
      this.#listeners.add(listener)
      listener.closed.then(() => this.#listeners.delete(listener))
      return listener
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const attempt of this.#attempts.keys()) attempt.giveUp(closedError())
    // What had just been opened is added to the lists below; only then is each complete.
    await Promise.allSettled(this.#attempts.values())
    await Promise.all([...this.#listeners].map((each) => each.close()))
    await this.#connections.abort(closedError())
  }

  async #attempt<T>(doing: string, open: (attempt: Attempt) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError()
    const attempt = new Attempt(doing)
    const running = open(attempt)
    this.#attempts.set(attempt, running)
    try {
      return await running
    } finally {
      this.#attempts.delete(attempt)
    }
  }

  #adopt(wire: Wire): Connection {
    return this.#connections.add(new TcpConnection(wire, this.#settings.maxBuffered))
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport was closed')
}
