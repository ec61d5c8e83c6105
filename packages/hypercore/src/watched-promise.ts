/** A promise that knows whether anybody has looked at it, so that a failure which nobody heard of can be told later. */
export class WatchedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  #watched = false

  /** Follows `work`. It is never an unhandled rejection. */
  static of<T>(work: Promise<T>): WatchedPromise<T> {
    const promise = new WatchedPromise<T>((resolve, reject) => work.then(resolve, reject))
    Promise.prototype.then.call(promise, undefined, () => {})
    return promise
  }

  get watched(): boolean {
    return this.#watched
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    onResolved?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<A | B> {
    this.#watched = true
    return super.then(onResolved, onRejected)
  }
}
