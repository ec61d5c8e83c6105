import { type Connection, ConnectionError, type DialOptions, type Transport } from '@anyfeed/interfaces'

/** A transport for `/scripted/…` addresses that keeps a record of the dials, and does with each what it is told. */
export class ScriptedTransport implements Transport {
  readonly name = 'scripted'
  readonly supports = { identity: false, encrypted: false, maxBuffered: 1 }
  /** The addresses dialled, in order, and when. */
  readonly dials: Array<{ readonly address: string; readonly at: number }> = []
  readonly #now: () => number
  readonly #answer: (address: string, options: DialOptions) => Promise<Connection>

  constructor(now: () => number, answer: (address: string, options: DialOptions) => Promise<Connection> = refuse) {
    this.#now = now
    this.#answer = answer
  }

  handles(address: string): boolean {
    if (address === '/scripted/throws') throw new Error('broken')
    return address.startsWith('/scripted/')
  }

  async dial(address: string, options: DialOptions = {}): Promise<Connection> {
    this.dials.push({ address, at: this.#now() })
    return await this.#answer(address, options)
  }

  listen(): Promise<never> {
    return Promise.reject(new ConnectionError('ERR_ADDRESS_IN_USE', 'taken'))
  }

  async close(): Promise<void> {}
}

/** Nobody is there. */
export function refuse(address: string): Promise<never> {
  return Promise.reject(new ConnectionError('ERR_CONNECTION_REFUSED', `nobody listens on ${address}`))
}

/** Nobody answers, and the signal is not heard. */
export function hang(): Promise<never> {
  return new Promise(() => {})
}
