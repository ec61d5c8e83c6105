/** The packs used last, of all feeds of a store. They are never changed in place. */
export class PackCache {
  readonly #limit: number
  /** In the order of their last use. */
  readonly #packs = new Map<string, Uint8Array>()

  #feeds = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A number for a feed, to name its packs by. */
  nextFeed(): number {
    return this.#feeds++
  }

  get(name: string): Uint8Array | undefined {
    const pack = this.#packs.get(name)
    if (pack !== undefined) {
      this.#packs.delete(name)
      this.#packs.set(name, pack)
    }
    return pack
  }

  set(name: string, pack: Uint8Array): void {
    this.#packs.delete(name)
    this.#packs.set(name, pack)
    if (this.#packs.size > this.#limit) this.#packs.delete(this.#packs.keys().next().value!)
  }

  delete(name: string): void {
    this.#packs.delete(name)
  }
}
