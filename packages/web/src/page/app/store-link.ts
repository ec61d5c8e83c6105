import type { CallName, Calls, State, ToStore, ToTab } from '../messages.ts'

/** The tab's end of the store. */
export class StoreLink {
  readonly port: MessagePort
  readonly #calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  #numbers = 0

  /** `onElsewhere` is called when another tab has the store: until that is closed there is no state, and no answer. */
  constructor(port: MessagePort, onState: (state: State) => void, onElsewhere: () => void) {
    this.port = port
    port.addEventListener('message', ({ data }) => {
      const message = data as ToTab
      if ('state' in message) onState(message.state)
      else if ('elsewhere' in message) onElsewhere()
      else if ('get' in message) this.#take(message.number)?.resolve(message.get as never)
      else if ('error' in message) this.#take(message.number)?.reject(new Error(message.error))
    })
  }

  /** Asks the store for something. Rejects with an error whose message is for whoever uses the page. */
  call<N extends CallName>(call: N, give: Calls[N]['give']): Promise<Calls[N]['get']> {
    const number = ++this.#numbers
    return new Promise<Calls[N]['get']>((resolve, reject) => {
      this.#calls.set(number, { resolve, reject })
      this.port.postMessage({ call, number, give } as ToStore)
    })
  }

  #take(number: number) {
    const call = this.#calls.get(number)
    this.#calls.delete(number)
    return call
  }
}
