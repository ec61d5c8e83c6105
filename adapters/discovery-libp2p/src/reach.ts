/** Of kad-dht's progress, what is looked at. */
interface Progress {
  readonly type: string
  readonly detail?: { readonly messageName?: unknown }
}

/**
 * Whether an announcement has reached anybody. kad-dht's `provide` resolves all the same when everybody who was asked
 * has failed; but the events of its progress tell. Other routers tell nothing, nor does a DHT that knows nobody to ask.
 */
export class Reach {
  #tells = false
  #kept = 0

  /** How many peers keep the record, as far as that is told. */
  get kept(): number {
    return this.#kept
  }

  /** For the options of `contentRouting.provide`. */
  readonly onProgress = ({ type, detail }: Progress): void => {
    if (!type.startsWith('kad-dht:')) return
    this.#tells = true
    if (type === 'kad-dht:query:peer-response' && detail?.messageName === 'ADD_PROVIDER') this.#kept++
  }

  /** Whether nobody keeps it, as far as that is told. */
  get none(): boolean {
    return this.#tells && this.#kept === 0
  }
}
