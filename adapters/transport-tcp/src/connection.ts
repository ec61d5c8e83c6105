import type { Socket } from 'node:net'
import type { ReceiveBuffer, Sender } from '@anyfeed/adapter-kit'
import type { Connection } from '@anyfeed/interfaces'
import { formatAddress } from './address.ts'
import { brokenError } from './errors.ts'
import type { ReadSlab } from './read-slab.ts'
import { receiving } from './receiving.ts'
import { sending } from './sending.ts'

/** An open link, as dialler and listener hand it over. */
export interface Wire {
  /** What the system knows. */
  readonly raw: Socket
  /** What bytes are written to and read from: TLS over `raw`, or `raw` itself. */
  readonly socket: Socket
  /** What the socket reads into, where that is memory of ours. */
  readonly slab?: ReadSlab | undefined
  readonly remoteIdentity?: string | undefined
  readonly channelBinding?: Uint8Array | undefined
}

/** A connection over a socket. `bound`: bytes that each direction may hold in this process. */
export class TcpConnection implements Connection {
  readonly source: AsyncIterable<Uint8Array>
  readonly remoteAddress: string
  readonly remoteIdentity: string | undefined
  readonly channelBinding: Uint8Array | undefined
  readonly sink = (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => this.#sender.send(source)
  readonly closed: Promise<void>
  readonly #wire: Wire
  readonly #received: ReceiveBuffer
  readonly #sender: Sender
  #aborted = false
  /** An end is on its way to the system, behind which the socket is destroyed. */
  #waiting = false

  constructor(wire: Wire, bound: number) {
    const { raw, socket } = wire
    this.#wire = wire
    this.remoteAddress = formatAddress(raw.remoteAddress ?? '', raw.remotePort ?? 0)
    this.remoteIdentity = wire.remoteIdentity
    this.channelBinding = wire.channelBinding
    const abort = (reason: Error) => this.abort(reason)
    this.#received = receiving(socket, wire.slab, bound, abort)
    this.#sender = sending(socket, bound, abort)
    this.source = this.#received
    this.closed = this.#watch()
  }

  close(): Promise<void> {
    this.#sender.close()
    return this.closed
  }

  abort(reason: Error): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#received.drop(reason)
    this.#sender.fail(reason)
    this.#reset()
  }

  /** The `error` listeners stay for good: an event without one would end the process. */
  async #watch(): Promise<void> {
    const { raw, socket } = this.#wire
    for (const each of new Set([raw, socket])) each.on('error', (error) => this.#broke(error))
    const rawClosed = closing(raw)
    await closing(socket)
    // Both ways may be over and well; if not, this is a break that no error told of.
    if (!(this.#received.ended && socket.writableFinished)) this.#broke(undefined)
    raw.destroy()
    await rawClosed
    // Node gives what was being written under TLS back one turn later; only then is nothing left.
    if (raw !== socket) await new Promise((resolve) => setImmediate(resolve))
  }

  #broke(cause: Error | undefined): void {
    const error = brokenError(this.remoteAddress, cause)
    this.#received.fail(error)
    this.#sender.fail(error)
    this.#reset()
  }

  /** The remote must not take this for an end, so it is told with a RST; under TLS there is no `close_notify` either. */
  #reset(): void {
    const { raw, socket } = this.#wire
    if (raw.destroyed || !isEnding(socket)) return this.#destroy(true)
    if (this.#waiting) return
    this.#waiting = true
    // Until that is over the system refuses to reset (EINVAL), and Node would never close the socket.
    void passedOn(socket).then((isOver) => this.#destroy(isOver))
  }

  #destroy(withReset: boolean): void {
    const { raw, socket } = this.#wire
    if (withReset && !raw.destroyed) raw.resetAndDestroy()
    else raw.destroy()
    socket.destroy()
  }
}

/** The property `closed` says so as soon as a socket is told to close; the event comes when the system has it back. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Turns of the event loop in which an end has been passed on that waits for nobody. */
const ENDING_TURNS = 4

/** Whether the end of a socket's sending direction is on its way to the system. */
function isEnding(socket: Socket): boolean {
  return socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished && !socket.destroyed
}

/** Resolves with whether the end was passed on: under TLS it may wait for a remote that does not read. */
async function passedOn(socket: Socket): Promise<boolean> {
  for (let turn = 0; turn < ENDING_TURNS && isEnding(socket); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  return !isEnding(socket)
}
