/** The most addresses that one peer may bring into a lookup, and that a lookup remembers; more are left out. */
const MAX_PER_PEER = 64
const MAX_ALTOGETHER = 16_384

/** What a lookup has found: a queue with one reader, into which each address goes once. */
export class Found {
  readonly #seen = new Set<string>()
  readonly #perPeer = new Map<string, number>()
  #waiting: string[] = []
  #wake: (() => void) | undefined
  #over = false
  #failure: unknown

  /** How many addresses there have been. */
  get size(): number {
    return this.#seen.size
  }

  add(peer: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const brought = this.#perPeer.get(peer) ?? 0
      if (this.#seen.has(address) || brought >= MAX_PER_PEER || this.#seen.size >= MAX_ALTOGETHER) continue
      this.#perPeer.set(peer, brought + 1)
      this.#seen.add(address)
      this.#waiting.push(address)
    }
    this.#wake?.()
  }

  /** No more comes; the reader gets `failure`, if there is one. */
  end(failure?: unknown): void {
    this.#over = true
    this.#failure = failure
    this.#wake?.()
  }

  /** Those that have come in since the last call, one at least; `undefined` at the end. */
  async next(): Promise<string[] | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#over) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const addresses = this.#waiting
    this.#waiting = []
    return addresses
  }
}
