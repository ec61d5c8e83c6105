import { toUtf8 } from '../bytes/utf8.ts'
import { MAX_EXTENSION_NAME_BYTES, MAX_EXTENSIONS } from '../limits.ts'

/** The extensions that a core offers to its peers. */
export class Extensions {
  readonly #names = new Set<string>()
  #frozen = false

  /** Adds one; adding it twice is harmless. Throws once a stream was made, and for names that cannot be sent. */
  add(name: string): void {
    if (this.#frozen) throw new Error('a stream was made already')
    if (typeof name !== 'string' || name.length === 0 || toUtf8(name).length > MAX_EXTENSION_NAME_BYTES) {
      throw new TypeError(`a name is a string of 1 to ${MAX_EXTENSION_NAME_BYTES} bytes`)
    }
    if (this.#names.size === MAX_EXTENSIONS && !this.#names.has(name)) {
      throw new RangeError(`there may be ${MAX_EXTENSIONS} extensions`)
    }
    this.#names.add(name)
  }

  /** The names in the order of the wire, by code unit. From now on none can be added: the order numbers them. */
  freeze(): readonly string[] {
    this.#frozen = true
    return [...this.#names].sort()
  }
}
