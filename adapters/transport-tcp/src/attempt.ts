import type { Socket } from 'node:net'
import { AbortedError } from '@anyfeed/interfaces'

type Signal = AbortSignal | undefined

/**
 * Something that opens a socket and can be given up: by the caller's signal, by a deadline, or by the transport. Giving
 * up destroys the socket, and `run` settles only when nothing of it is left.
 */
export class Attempt {
  readonly #doing: string
  #socket: Socket | undefined
  #closed: Promise<void> | undefined
  #gaveUp: Error | undefined
  #reject: ((error: Error) => void) | undefined

  /** `doing` names it in errors, such as `dialling /ip4/…`. */
  constructor(doing: string) {
    this.#doing = doing
  }

  /** Whether nothing has ended it yet. */
  get active(): boolean {
    return this.#gaveUp === undefined
  }

  /** Ends the attempt; its `run` rejects with `reason`. */
  giveUp(reason: Error): void {
    this.#gaveUp ??= reason
    this.#reject?.(reason)
  }

  /** Has the socket destroyed if the attempt fails. Returns it. */
  own(socket: Socket): Socket {
    this.#socket = socket
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()))
    // Whoever opens it listens too, but not necessarily for as long as the socket lives.
    socket.on('error', () => {})
    return socket
  }

  /** Runs `open` until it settles or the attempt is given up. `deadline` in milliseconds, with the error to give up with. */
  async run<T>(
    open: () => Promise<T>,
    signal: Signal,
    deadline?: { readonly ms: number; readonly error: () => Error }
  ): Promise<T> {
    const aborted = () => this.giveUp(new AbortedError(`${this.#doing} was aborted`, { cause: signal?.reason }))
    if (signal?.aborted) aborted()
    signal?.addEventListener('abort', aborted, { once: true })
    const timer = deadline && setTimeout(() => this.giveUp(deadline.error()), deadline.ms)
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#reject = reject
        if (this.#gaveUp !== undefined) reject(this.#gaveUp)
        else open().then(resolve, reject)
      })
    } catch (error) {
      this.#gaveUp ??= error as Error
      this.#socket?.destroy()
      await this.#closed
      throw this.#gaveUp
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
  }
}
