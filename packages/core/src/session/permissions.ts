import type { Handshake } from '../wire/messages.ts'
import type { Joinable } from './channel.ts'
import type { SessionOptions } from './options.ts'
import { EVERYTHING, type Permission } from './permission.ts'

/** What may be traded with one peer, feed by feed: each is decided once, at once or in time. */
export class Permissions {
  readonly #decide: SessionOptions['permission']
  readonly #events: { onDecided(feed: Joinable): void; onError(error: Error): void }
  readonly #known = new WeakMap<Joinable, Permission | 'asking'>()

  /** `onDecided`: what was being decided is known now. `onError`: whoever decides has failed. */
  constructor(
    decide: SessionOptions['permission'],
    events: { onDecided(feed: Joinable): void; onError(error: Error): void }
  ) {
    this.#decide = decide
    this.#events = events
  }

  /** What may be traded; `undefined` while that is being decided, or could not be. */
  of(feed: Joinable, remote: Handshake): Permission | undefined {
    const known = this.#known.get(feed)
    if (known !== undefined) return known === 'asking' ? undefined : known
    let permission: Permission | Promise<Permission>
    this.#known.set(feed, 'asking')
    try {
      permission = this.#decide?.(feed, remote) ?? EVERYTHING
    } catch (error) {
      this.#events.onError(error as Error)
      return undefined
    }
    if (!(permission instanceof Promise)) {
      this.#known.set(feed, permission)
      return permission
    }
    permission
      .then((permission) => {
        this.#known.set(feed, permission)
        this.#events.onDecided(feed)
      })
      .catch((error) => this.#events.onError(error))
    return undefined
  }
}
