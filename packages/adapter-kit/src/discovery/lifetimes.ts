/** Ends each thing once: when its own signal fires or when everything is closed, whichever comes first. */
export class Lifetimes {
  readonly #ends = new Set<() => void>()
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Calls `onEnd` once when `signal` fires or {@link close} is called, at once when that has happened already.
   * Returns what ends it earlier.
   */
  begin(signal: AbortSignal, onEnd: () => void): () => void {
    const end = () => {
      if (!this.#ends.delete(end)) return
      signal.removeEventListener('abort', end)
      onEnd()
    }
    this.#ends.add(end)
    if (this.#closed || signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    return end
  }

  close(): void {
    this.#closed = true
    for (const end of [...this.#ends]) end()
  }
}
