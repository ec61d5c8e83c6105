import type { Discovered } from '@anyfeed/interfaces'

type Step = IteratorResult<Discovered, undefined>

interface Waiting {
  readonly resolve: (step: Step) => void
  readonly reject: (error: Error) => void
}

const END: Step = { done: true, value: undefined }

export interface LookupResultsOptions {
  /** The name of the discovery that finds. */
  readonly source: string
  /** How many addresses are told of at most; further ones are ignored. */
  readonly limit: number
  /** Called once, when the lookup is over: ended, failed, or left by its reader. */
  readonly onOver: () => void
}

/**
 * What a lookup tells its reader: each address once, in the order in which they were found. It holds `limit` addresses
 * at most, whatever strangers send and however slowly it is read.
 *
 * @example
 * ```ts
 * const results = new LookupResults({ source: 'radio', limit: 256, onOver: () => receiver.close() })
 * receiver.on('address', (address) => results.add(address))
 * return { [Symbol.asyncIterator]: () => results }
 * ```
 */
export class LookupResults implements AsyncIterator<Discovered, undefined> {
  readonly #options: LookupResultsOptions
  readonly #told = new Set<string>()
  readonly #unread = new Set<string>()
  readonly #readers: Waiting[] = []
  #over = false
  #error: Error | undefined

  constructor(options: LookupResultsOptions) {
    this.#options = options
  }

  /** How many different addresses there have been, less those that were taken back. */
  get size(): number {
    return this.#told.size + this.#unread.size
  }

  /** Returns whether the address is new and will be told of. */
  add(address: string): boolean {
    if (this.#over || this.#told.has(address) || this.#unread.has(address)) return false
    if (this.size >= this.#options.limit) return false
    const reader = this.#readers.shift()
    if (reader === undefined) this.#unread.add(address)
    else reader.resolve(this.#tell(address))
    return true
  }

  /** Takes back an address that nobody has read yet. */
  drop(address: string): void {
    this.#unread.delete(address)
  }

  /** No more is found. What was found can still be read. */
  end(): void {
    if (this.#over) return
    this.#over = true
    for (const reader of this.#readers.splice(0)) this.#finish(reader)
    this.#options.onOver()
  }

  /** As {@link end}; when all that was found has been read, the reader gets the error, once. */
  fail(error: Error): void {
    if (!this.#over) this.#error = error
    this.end()
  }

  /** As {@link end}, and what was not read is gone: the reader no longer wants it. */
  stop(): void {
    this.#unread.clear()
    this.#error = undefined
    this.end()
  }

  /** Calls may overlap: they are answered in order. */
  next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      const [address] = this.#unread
      if (address !== undefined) {
        this.#unread.delete(address)
        resolve(this.#tell(address))
      } else if (this.#over) this.#finish({ resolve, reject })
      else this.#readers.push({ resolve, reject })
    })
  }

  return(): Promise<Step> {
    this.stop()
    return Promise.resolve(END)
  }

  #tell(address: string): Step {
    this.#told.add(address)
    return { done: false, value: { address, source: this.#options.source } }
  }

  #finish({ resolve, reject }: Waiting): void {
    const error = this.#error
    this.#error = undefined
    if (error === undefined) resolve(END)
    else reject(error)
  }
}
