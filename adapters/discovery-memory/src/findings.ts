import type { Discovered } from '@anyfeed/interfaces'

type Step = IteratorResult<Discovered, undefined>

export interface FindingsOptions {
  /** The name of the discovery that finds. */
  readonly source: string
  /** How many addresses are told of at most; further ones are ignored. */
  readonly limit: number
  /** Called once, when the search is over: ended or left by its reader. */
  readonly onOver: () => void
}

/**
 * What a lookup tells its reader: each address once, in the order in which they were found. It holds `limit` addresses
 * at most, whatever strangers send and however slowly it is read.
 */
export class Findings implements AsyncIterator<Discovered, undefined> {
  readonly #options: FindingsOptions
  readonly #told = new Set<string>()
  readonly #unread = new Set<string>()
  readonly #readers: Array<(step: Step) => void> = []
  #over = false

  constructor(options: FindingsOptions) {
    this.#options = options
  }

  add(address: string): void {
    if (this.#over || this.#told.has(address) || this.#unread.has(address)) return
    if (this.#told.size + this.#unread.size >= this.#options.limit) return
    const reader = this.#readers.shift()
    if (reader === undefined) this.#unread.add(address)
    else reader(this.#tell(address))
  }

  /** Takes back an address that nobody has read yet. */
  drop(address: string): void {
    this.#unread.delete(address)
  }

  /** No more is found. What was found can still be read. */
  end(): void {
    if (this.#over) return
    this.#over = true
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined })
    this.#options.onOver()
  }

  /** As {@link end}, and what was not read is gone: the reader no longer wants it. */
  stop(): void {
    this.#unread.clear()
    this.end()
  }

  /** Calls may overlap: they are answered in order. */
  next(): Promise<Step> {
    const [address] = this.#unread
    if (address !== undefined) {
      this.#unread.delete(address)
      return Promise.resolve(this.#tell(address))
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  return(): Promise<Step> {
    this.stop()
    return Promise.resolve({ done: true, value: undefined })
  }

  #tell(address: string): Step {
    this.#told.add(address)
    return { done: false, value: { address, source: this.#options.source } }
  }
}
