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

/** Watches over one stream's silence with one timer. */
export class Liveness {
  readonly #clock: Clock
  readonly #options: LivenessOptions
  readonly #onKeepAlive: () => void
  readonly #onTimeout: (error: TimeoutError) => void
  readonly #alarm: Alarm
  #started: number | undefined
  #sent = 0
  #received = 0
  #handshaken = false
  #watchIdle = false
  #stopped = false

  constructor(
    clock: Clock,
    options: LivenessOptions,
    callbacks: { onKeepAlive: () => void; onTimeout: (error: TimeoutError) => void }
  ) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#check())
    this.#options = options
    this.#onKeepAlive = callbacks.onKeepAlive
    this.#onTimeout = callbacks.onTimeout
  }

  /** The stream was joined to a link. Further calls are ignored. */
  start(): void {
    if (this.#started !== undefined) return
    this.#started = this.#sent = this.#received = this.#clock.now()
    this.#arm()
  }

  sent(): void {
    this.#sent = this.#clock.now()
  }

  received(): void {
    this.#received = this.#clock.now()
  }

  /** The handshake came; `keepsAlive` tells whether the remote sends keep-alives. */
  handshaken(keepsAlive: boolean): void {
    this.#handshaken = true
    this.#watchIdle = keepsAlive
    if (this.#started !== undefined) this.#arm()
  }

  stop(): void {
    this.#alarm.stop()
    this.#stopped = true
  }

  #arm(): void {
    if (!this.#stopped) this.#alarm.set(Math.min(this.#handshakeDue(), this.#keepAliveDue(), this.#idleDue()))
  }

  #check(): void {
    const now = this.#clock.now()
    if (this.#handshakeDue() <= now) return this.#onTimeout(new TimeoutError('no handshake came in time'))
    if (this.#idleDue() <= now) return this.#onTimeout(new TimeoutError('the peer was silent for too long'))
    if (this.#keepAliveDue() <= now) this.#onKeepAlive()
    this.#arm()
  }

  #handshakeDue(): number {
    return this.#handshaken ? Infinity : (this.#started as number) + this.#options.handshakeTimeout
  }

  #keepAliveDue(): number {
    return this.#sent + this.#options.keepAlive
  }

  #idleDue(): number {
    return this.#watchIdle ? this.#received + this.#options.idleTimeout : Infinity
  }
}
