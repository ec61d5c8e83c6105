import type { MessagePortTransport } from '@anyfeed/transport-messageport'
import { explain } from '../explain.ts'
import type { CallName, Calls, PeerState, State, ToStore, ToTab } from '../messages.ts'
import type { Library } from './library.ts'
import { type Network, Rates } from './network.ts'

/** Milliseconds between two states, at least; and between two looks at the rates. */
const PACE = 200
const RATE_PACE = 1000

/** Answers tabs, and tells them what has changed. */
export class Desk {
  readonly #library: Library
  readonly #network: Network
  readonly #ports: MessagePortTransport
  readonly #tabs = new Set<MessagePort>()
  readonly #rates = new Rates()
  readonly #handlers: { readonly [N in CallName]: (give: Calls[N]['give']) => Promise<Calls[N]['get']> }
  #peers: readonly PeerState[] = []
  #opening: Promise<void> = Promise.resolve()
  #telling: ReturnType<typeof setTimeout> | undefined

  constructor(library: Library, network: Network, ports: MessagePortTransport) {
    this.#library = library
    this.#network = network
    this.#ports = ports
    this.#handlers = {
      share: async ({ file }) => ({ id: await library.share(file) }),
      fetch: ({ id, name }) => library.fetch(id, name) as Promise<undefined>,
      pause: ({ id }) => library.pause(id) as Promise<undefined>,
      resume: ({ id }) => library.resume(id) as Promise<undefined>,
      remove: ({ id }) => library.remove(id) as Promise<undefined>,
      save: async ({ id }) => ({ address: await library.save(id) })
    }
    const onChange = () => {
      this.#telling ??= setTimeout(() => this.#tell(), PACE)
    }
    library.onChange = onChange
    network.onChange = onChange
  }

  /** Opens the library and joins the network. */
  open(): void {
    this.#opening = this.#library.open()
    this.#opening.catch(() => {})
    void this.#network.join()
    setInterval(() => {
      this.#peers = this.#rates.look(this.#network.peers)
      if (this.#peers.length > 0) this.#tell()
    }, RATE_PACE)
  }

  /** Answers a tab until it is gone. */
  serve(port: MessagePort): void {
    const detach = this.#ports.attach(port)
    const borrowed = this.#network.lent.from(port, this.#ports)
    this.#tabs.add(port)
    port.addEventListener('message', ({ data }) => {
      if (typeof (data as ToStore).call === 'string') void this.#answer(port, data as ToStore)
    })
    port.addEventListener('close', () => {
      this.#tabs.delete(port)
      detach()
      borrowed()
    })
    port.start()
    this.#opening.then(
      () => this.#post(port, { state: this.#state }),
      () => this.#post(port, { state: this.#state })
    )
  }

  async #answer(port: MessagePort, { call, number, give }: ToStore): Promise<void> {
    try {
      await this.#opening
      const handler = this.#handlers[call] as (give: unknown) => Promise<unknown>
      this.#post(port, { number, get: await handler(give) })
    } catch (error) {
      this.#post(port, { number, error: explain(error) })
    }
  }

  #tell(): void {
    clearTimeout(this.#telling)
    this.#telling = undefined
    const state = this.#state
    for (const tab of this.#tabs) this.#post(tab, { state })
  }

  get #state(): State {
    const peers =
      this.#peers.length === this.#network.peers.length ? this.#peers : this.#rates.look(this.#network.peers)
    this.#peers = peers
    return {
      network: this.#network.state,
      feeds: this.#library.feeds,
      adding: this.#library.adding,
      peers,
      down: peers.reduce((sum, { down }) => sum + down, 0),
      up: peers.reduce((sum, { up }) => sum + up, 0)
    }
  }

  #post(port: MessagePort, message: ToTab): void {
    port.postMessage(message)
  }
}
