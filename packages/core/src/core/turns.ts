/** What must be over before a feed may be opened anew: its closing, or its deletion. By the hexadecimal id or key. */
export class Turns {
  readonly #under = new Map<string, Promise<unknown>>()

  /** Resolves when nothing of this feed is under way that was when it was called. */
  async free(name: string): Promise<void> {
    await this.#under.get(name)
  }

  /** Begins something that others must wait for; it may not wait for `free` itself. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#under.get(name)
    const result = before === undefined ? work() : before.then(work)
    const over = result.then(
      () => {},
      () => {}
    )
    this.#under.set(name, over)
    void over.then(() => {
      if (this.#under.get(name) === over) this.#under.delete(name)
    })
    return result
  }
}
