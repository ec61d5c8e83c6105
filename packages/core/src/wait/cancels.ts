/** The calls that wait on one handle: to be given up when it closes. It takes next to no memory while none does. */
export class Cancels {
  #waiting: Set<(error: Error) => void> | undefined

  add(cancel: (error: Error) => void): void {
    this.#waiting ??= new Set()
    this.#waiting.add(cancel)
  }

  delete(cancel: (error: Error) => void): void {
    if (this.#waiting?.delete(cancel) && this.#waiting.size === 0) this.#waiting = undefined
  }

  all(error: Error): void {
    for (const cancel of this.#waiting ?? []) cancel(error)
  }
}
