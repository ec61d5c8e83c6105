import { lookup } from 'node:dns/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { handOver } from '@anyfeed/adapter-kit'
import { ClosedError, type Connection, type Listener, type ListenOptions, TimeoutError } from '@anyfeed/interfaces'
import { requireAddress } from './address.ts'
import { Attempt } from './attempt.ts'
import { concreteAddresses } from './concrete-addresses.ts'
import type { Wire } from './connection.ts'
import { openingError } from './errors.ts'
import { secureAccepted, type Tls } from './tls.ts'

export interface ListenSettings {
  readonly noDelay: boolean
  /** Milliseconds for the TLS handshake of a connection that comes in. */
  readonly handshakeTimeout: number
  readonly tls: Tls | undefined
}

/** Listens on `address`. `adopt` makes a connection of each link that comes in. */
export async function openListener(
  address: string,
  settings: ListenSettings,
  attempt: Attempt,
  { onConnection, signal }: ListenOptions,
  adopt: (wire: Wire) => Connection
): Promise<Listener> {
  const target = requireAddress(address)
  const server = createServer({ allowHalfOpen: true, noDelay: settings.noDelay })
  let binding: Promise<void> | undefined
  const open = async () => {
    const { host, port, family, named } = target
    const ip = named ? (await lookup(host, { family })).address : host
    if (!attempt.active) return
    binding = bind(server, ip, port)
    await binding
  }
  try {
    await attempt.run(open, signal)
  } catch (error) {
    // A bind under way cannot be called off, only undone.
    await binding?.catch(() => {})
    server.close()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    throw openingError('listening on', address, error)
  }
  return new TcpListener(server, settings, signal, (wire) => handOver(adopt(wire), onConnection))
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Without it `::` would take the port of `0.0.0.0` too, and one could not listen on both.
    server.listen({ host, port, ipv6Only: true }, resolve)
  })
}

class TcpListener implements Listener {
  readonly addresses: readonly string[]
  readonly closed: Promise<void>
  readonly #server: Server
  readonly #settings: ListenSettings
  readonly #handOver: (wire: Wire) => void
  readonly #handshakes = new Map<Attempt, Promise<void>>()
  #resolveClosed: () => void = () => {}
  #open = true

  constructor(
    server: Server,
    settings: ListenSettings,
    signal: AbortSignal | undefined,
    handOver: (wire: Wire) => void
  ) {
    this.#server = server
    this.#settings = settings
    this.#handOver = handOver
    const bound = server.address()
    this.addresses = bound === null || typeof bound === 'string' ? [] : concreteAddresses(bound)
    const close = () => void this.close()
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = () => {
        signal?.removeEventListener('abort', close)
        resolve()
      }
    })
    signal?.addEventListener('abort', close, { once: true })
    // A connection that could not be accepted (too many open files) is lost to who dialled it; the door stays open.
    server.on('error', () => {})
    server.on('connection', (raw) => this.#accept(raw))
  }

  close(): Promise<void> {
    if (this.#open) {
      this.#open = false
      void this.#close()
    }
    return this.closed
  }

  async #close(): Promise<void> {
    // Its callback waits for every connection to end, but the port is free as soon as the handle has closed: at the
    // end of a turn of the event loop, so before the second `setImmediate` from here at the latest.
    this.#server.close()
    for (const attempt of this.#handshakes.keys()) attempt.giveUp(new ClosedError('the listener was closed'))
    await Promise.all(this.#handshakes.values())
    setImmediate(() => setImmediate(this.#resolveClosed))
  }

  #accept(raw: Socket): void {
    const { tls, handshakeTimeout } = this.#settings
    if (tls === undefined) {
      this.#handOver({ raw, socket: raw })
      return
    }
    const attempt = new Attempt('the TLS handshake')
    attempt.own(raw)
    const error = () => new TimeoutError(`the TLS handshake took longer than ${handshakeTimeout} ms`)
    const handshake = attempt
      .run(() => secureAccepted(raw, tls), undefined, { ms: handshakeTimeout, error })
      // The dialler is told by the reset; nobody here was told of the connection yet, so nobody is told of its end.
      .then(this.#handOver, () => {})
      .finally(() => this.#handshakes.delete(attempt))
    this.#handshakes.set(attempt, handshake)
  }
}
