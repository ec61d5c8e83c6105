import { type Clock, TimeoutError } from '@anyfeed/interfaces'
import { Alarm } from '../wait/alarm.ts'

/** Times in milliseconds; `Infinity` switches one off. */
export interface LivenessOptions {
  /** How long the remote's handshake may take, from the moment the stream is joined to a link. */
  readonly handshakeTimeout: number
  /** How long we send nothing before an empty frame keeps the link open. */
  readonly keepAlive: number
  /** How long a peer that sends keep-alives (version 1) may be silent. */
  readonly idleTimeout: number
}

/** The stream that is watched. */
export interface WatchedStream {
  /** Nothing was sent for so long that something should be. */
  keepAlive(): void
  /** The remote is given up. */
  destroy(error: TimeoutError): void
}

/** Watches over one stream's silence with one timer. */
export class Liveness {
  readonly #clock: Clock
  readonly #options: LivenessOptions
  readonly #stream: WatchedStream
  readonly #alarm: Alarm
  #started = false
  #handshaken = false
  #sent = 0
  /** How long the remote may be silent, and since when: until its handshake, whatever else it sends does not count. */
  #patience: number
  #since = 0

  constructor(clock: Clock, options: LivenessOptions, stream: WatchedStream) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#options = options
    this.#stream = stream
    this.#patience = options.handshakeTimeout
  }

  /** The stream was joined to a link. Further calls are ignored. */
  start(): void {
    if (this.#started) return
    this.#started = true
    this.#sent = this.#since = this.#clock.now()
    this.#arm()
  }

  sent(): void {
    this.#sent = this.#clock.now()
  }

  received(): void {
    if (this.#handshaken) this.#since = this.#clock.now()
  }

  /** The handshake came; `keepsAlive` tells whether the remote sends keep-alives. */
  handshaken(keepsAlive: boolean): void {
    this.#handshaken = true
    this.#patience = keepsAlive ? this.#options.idleTimeout : Infinity
    this.received()
    if (this.#started) this.#arm()
  }

  stop(): void {
    this.#alarm.stop()
  }

  #arm(): void {
    this.#alarm.set(Math.min(this.#since + this.#patience, this.#sent + this.#options.keepAlive))
  }

  #check(): void {
    const now = this.#clock.now()
    if (this.#since + this.#patience <= now) {
      const missing = this.#handshaken ? 'keep-alive' : 'handshake'
      return this.#stream.destroy(new TimeoutError(`no ${missing} came in time`))
    }
    if (this.#sent + this.#options.keepAlive <= now) {
      this.#stream.keepAlive()
      this.sent()
    }
    this.#arm()
  }
}
