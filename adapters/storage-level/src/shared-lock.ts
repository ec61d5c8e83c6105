interface Waiting {
  readonly exclusive: boolean
  readonly enter: () => void
}

/** A lock that many may share or one may have alone. First come, first served, so nobody waits for ever. */
export class SharedLock {
  readonly #queue: Waiting[] = []
  #sharing = 0
  #exclusive = false

  /** Runs alongside other shared holders. */
  shared<T>(run: () => Promise<T>): Promise<T> {
    return this.#hold(false, run)
  }

  /** Runs alone. Those who ask one after another run one after another. */
  exclusive<T>(run: () => Promise<T>): Promise<T> {
    return this.#hold(true, run)
  }

  async #hold<T>(exclusive: boolean, run: () => Promise<T>): Promise<T> {
    const free = !this.#exclusive && this.#queue.length === 0 && (!exclusive || this.#sharing === 0)
    if (free) this.#enter(exclusive)
    else await new Promise<void>((enter) => this.#queue.push({ exclusive, enter }))
    try {
      return await run()
    } finally {
      if (exclusive) this.#exclusive = false
      else this.#sharing--
      this.#admit()
    }
  }

  #enter(exclusive: boolean): void {
    if (exclusive) this.#exclusive = true
    else this.#sharing++
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#exclusive || (next.exclusive && this.#sharing > 0)) return
      this.#queue.shift()
      this.#enter(next.exclusive)
      next.enter()
    }
  }
}
