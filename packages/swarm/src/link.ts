import type { PeerStream } from '@anyfeed/core'
import { type Clock, ClosedError, type Connection, ConnectionError, type Timer } from '@anyfeed/interfaces'
import { asError } from './as-error.ts'
import type { KnownAddress } from './known-address.ts'
import type { Direction, PeerLink } from './swarm-peer.ts'

export interface LinkOptions {
  readonly connection: Connection
  readonly stream: PeerStream
  /** The transport's name. */
  readonly transport: string
  readonly direction: Direction
  /** The address that was dialled. */
  readonly dialled: KnownAddress | undefined
  readonly clock: Clock
  /** How long the remote may take to end its side after we ended ours, in milliseconds. */
  readonly linger: number
}

/** What becomes of a link. */
export interface LinkEvents {
  /** The remote has said who it is. */
  onMeet(link: Link): void
  /** Nothing more is traded over the link: it ended as it should, or with an error. Called once. */
  onEnd(link: Link, error: Error | undefined): void
  /** Nothing is left of the link. Called once, last. */
  onGone(link: Link): void
}

/** One connection with a peer stream on it. */
export class Link implements PeerLink {
  readonly connection: Connection
  readonly stream: PeerStream
  readonly transport: string
  readonly direction: Direction
  readonly dialled: KnownAddress | undefined
  /** When the link was made, by the clock. */
  readonly since: number
  /** Resolves, never rejects, when nothing is left of the link. */
  readonly gone: Promise<void>
  readonly #clock: Clock
  readonly #linger: number
  readonly #events: LinkEvents
  #error: Error | undefined
  #over = false
  #isGone = false
  #timer: Timer | undefined

  constructor(options: LinkOptions, events: LinkEvents) {
    const { connection, stream, transport, direction, dialled, clock, linger } = options
    this.connection = connection
    this.stream = stream
    this.transport = transport
    this.direction = direction
    this.dialled = dialled
    this.since = clock.now()
    this.#clock = clock
    this.#linger = linger
    this.#events = events
    stream.on('handshake', () => events.onMeet(this))
    stream.on('end', (error) => {
      this.#over = true
      events.onEnd(this, error)
    })
    this.gone = this.#run()
  }

  /** The address of the remote: the one that was dialled, or where it came from. */
  get address(): string {
    return this.dialled?.address ?? this.connection.remoteAddress
  }

  /** Whether it is over, or about to be. */
  get over(): boolean {
    return this.#over
  }

  /** Ends the link once the remote has everything that was sent to it; after a while of waiting for that, at once. */
  end(): void {
    if (this.#timer !== undefined || this.#isGone) return
    this.#timer = this.#clock.setTimeout(
      () => this.abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the peer did not hang up in time')),
      this.#linger
    )
    this.stream.end()
  }

  /** Ends the link at once. */
  abort(reason: Error): void {
    this.stream.destroy(reason)
    this.connection.abort(reason)
  }

  async #run(): Promise<void> {
    await Promise.all([this.#receive(), this.#send()])
    await this.connection.closed
    this.#isGone = true
    this.#clock.clearTimeout(this.#timer)
    this.#events.onGone(this)
  }

  async #receive(): Promise<void> {
    const { source } = this.connection
    try {
      const iterator = source[Symbol.asyncIterator]()
      // The stream leaves its source when it has ended. To leave the connection's own would reset it, and take from the
      // remote what it has not read yet: above all the handshake that tells it whom it has met twice.
      const next = () => iterator.next()
      const leave = () => Promise.resolve({ done: true as const, value: undefined })
      await this.stream.sink({ [Symbol.asyncIterator]: () => ({ next, return: leave }) })
      while ((await iterator.next()).done !== true);
    } catch (error) {
      this.#fail(error)
    }
  }

  async #send(): Promise<void> {
    try {
      await this.connection.sink(this.stream.source)
      // The remote is told of our end: an end of its own belongs to it, and a silent one must not hold us for ever.
      if (!this.#over) this.stream.destroy(new ClosedError('the connection took no more'))
      else this.end()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(thrown: unknown): void {
    this.#error ??= asError(thrown)
    this.abort(this.#error)
  }
}
