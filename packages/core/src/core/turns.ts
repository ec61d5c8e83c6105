/** What must be over before something else of the same name may begin: a feed's closing or deletion, before its opening. */
export class Turns {
  readonly #under = new Map<string, Promise<unknown>>()

  /** Resolves when nothing of this name is under way that was when it was called. */
  async free(name: string): Promise<void> {
    await this.#under.get(name)
  }

  /** Begins something after what has the same name; it may not wait for `free` itself. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = this.free(name).then(work)
    const over = result
      .catch(() => {})
      .then(() => {
        if (this.#under.get(name) === over) this.#under.delete(name)
      })
    this.#under.set(name, over)
    return result
  }
}
