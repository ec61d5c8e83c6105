const SECTION_PAGES = 512

/** Pages by their number: an array in two levels, so that a lone page far out costs up to 4 KiB and not all those before it. */
export class PageTable {
  readonly #sections: Array<Array<Uint8Array | undefined> | undefined> = []
  #taken = 0

  /** One more than the highest number of a page that was ever set, rounded up. */
  get end(): number {
    return this.#sections.length * SECTION_PAGES
  }

  /** The most memory that the table itself takes, in bytes. */
  get cost(): number {
    return this.#sections.length * 8 + this.#taken * SECTION_PAGES * 8
  }

  get(number: number): Uint8Array | undefined {
    return this.#sections[Math.floor(number / SECTION_PAGES)]?.[number % SECTION_PAGES]
  }

  set(number: number, page: Uint8Array | undefined): void {
    const place = Math.floor(number / SECTION_PAGES)
    let section = this.#sections[place]
    if (!section) {
      if (!page) return
      // Filled, here and below, so that the arrays stay dense and a look-up stays cheap.
      while (this.#sections.length < place) this.#sections.push(undefined)
      section = [undefined]
      this.#sections[place] = section
      this.#taken++
    }
    const offset = number % SECTION_PAGES
    while (section.length < offset) section.push(undefined)
    section[offset] = page
  }

  /** The number of the next page that may be set, from `number` on: what is empty on the large is passed over. */
  skip(number: number): number {
    let next = number
    while (next < this.end && !this.#sections[Math.floor(next / SECTION_PAGES)]) {
      next = (Math.floor(next / SECTION_PAGES) + 1) * SECTION_PAGES
    }
    return next
  }

  clear(): void {
    this.#sections.length = 0
    this.#taken = 0
  }
}
