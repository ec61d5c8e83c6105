import type { Handshake } from '../wire/messages.ts'
import type { Joinable } from './channel.ts'
import type { SessionOptions } from './options.ts'
import { EVERYTHING, type Permission } from './permission.ts'

/** The stream on which it may be traded. */
export interface PermittedStream {
  /** What was being decided is known now. */
  onPermitted(feed: Joinable): void
  /** Whoever decides has failed. */
  destroy(error: Error): void
}

/** What may be traded with one peer, feed by feed: each is decided once, at once or in time. */
export class Permissions {
  readonly #decide: SessionOptions['permission']
  readonly #stream: PermittedStream
  readonly #known = new WeakMap<Joinable, Permission | undefined>()

  constructor(decide: SessionOptions['permission'], stream: PermittedStream) {
    this.#decide = decide
    this.#stream = stream
  }

  /** What may be traded; `undefined` while that is being decided, or could not be. */
  of(feed: Joinable, remote: Handshake): Permission | undefined {
    if (!this.#known.has(feed)) {
      this.#known.set(feed, undefined)
      try {
        const permission = this.#decide?.(feed, remote) ?? EVERYTHING
        if (permission instanceof Promise) this.#await(feed, permission)
        else this.#known.set(feed, permission)
      } catch (error) {
        this.#stream.destroy(error as Error)
      }
    }
    return this.#known.get(feed)
  }

  #await(feed: Joinable, deciding: Promise<Permission>): void {
    deciding
      .then((permission) => {
        this.#known.set(feed, permission)
        this.#stream.onPermitted(feed)
      })
      .catch((error) => this.#stream.destroy(error))
  }
}
