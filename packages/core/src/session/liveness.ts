import { type Clock, TimeoutError, type Timer } from '@anyfeed/interfaces'
import { MAX_DELAY } from '../wait/max-delay.ts'

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
  #timer: Timer | undefined
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
    this.#disarm()
    this.#stopped = true
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    this.#disarm()
    if (this.#stopped) return
    const due = Math.min(this.#handshakeDue(), this.#keepAliveDue(), this.#idleDue())
    if (Number.isFinite(due)) {
      this.#timer = this.#clock.setTimeout(
        () => this.#check(),
        Math.min(MAX_DELAY, Math.max(1, due - this.#clock.now()))
      )
    }
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
