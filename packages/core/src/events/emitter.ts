type Listener<Args extends unknown[]> = (...args: Args) => void

interface Listening {
  readonly listener: Listener<never>
  readonly once: boolean
}

const NONE: readonly Listening[] = []

/**
 * An event emitter whose listeners cannot harm what emits: an error that one throws comes up by itself, as an
 * unhandled rejection, and never in the middle of a commit or of a peer's message. It takes next to no memory while
 * nobody listens: many feeds may be open at a time.
 *
 * Listeners are called in the order in which they were added. One that is added or removed while an event is told makes
 * no difference to that event.
 */
export class Emitter<Events extends { [Name in keyof Events]: unknown[] }> {
  #listening: Map<keyof Events, readonly Listening[]> | undefined

  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, listener, false)
  }

  /** Calls the listener for the next event only. */
  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, listener, true)
  }

  /** Removes a listener, however often it was added. */
  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    const rest = this.#of(event).filter((each) => each.listener !== listener)
    if (rest.length > 0) this.#listening?.set(event, rest)
    else this.#listening?.delete(event)
    return this
  }

  /** Removes all listeners of one event, or of all. */
  removeAllListeners(event?: keyof Events): this {
    if (event === undefined) this.#listening = undefined
    else this.#listening?.delete(event)
    return this
  }

  listenerCount(event: keyof Events): number {
    return this.#of(event).length
  }

  /** Returns whether anybody listened. */
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): boolean {
    const listening = this.#of(event)
    for (const { listener, once } of listening) {
      if (once) this.off(event, listener as Listener<Events[Name]>)
      try {
        ;(listener as Listener<Events[Name]>).apply(this, args)
      } catch (error) {
        void Promise.reject(error)
      }
    }
    return listening.length > 0
  }

  #of(event: keyof Events): readonly Listening[] {
    return this.#listening?.get(event) ?? NONE
  }

  #add<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>, once: boolean): this {
    if (typeof listener !== 'function') throw new TypeError('a listener is a function')
    this.#listening ??= new Map()
    this.#listening.set(event, [...this.#of(event), { listener, once }])
    return this
  }
}
