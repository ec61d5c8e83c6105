import { LookupResults } from '@anyfeed/adapter-kit'
import { ClosedError, type Discovered, type Discovery, type DiscoverySupports } from '@anyfeed/interfaces'
import { checkAddresses } from './addresses-message.ts'
import { keepProviding } from './announcement.ts'
import { Answering } from './answering.ts'
import { contentId } from './content-id.ts'
import { withDeadline } from './deadline.ts'
import { Newcomers } from './newcomers.ts'
import type { Settings } from './options.ts'
import type { Libp2pNode } from './protocol.ts'
import { search } from './search.ts'

/** The most addresses that a lookup tells of. */
const MAX_ADDRESSES = 16_384

/** Milliseconds for the content routing to forget that something is provided here. */
const WITHDRAW_TIMEOUT = 5000

/** See {@link libp2pDiscovery}. */
export class Libp2pDiscovery implements Discovery {
  readonly name: string
  readonly supports: DiscoverySupports = { addresses: 'any', continuous: true, forgetsAfter: 0 }
  readonly #node: Libp2pNode
  readonly #settings: Settings
  readonly #answering: Answering
  readonly #newcomers: Newcomers
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(node: Libp2pNode, settings: Settings) {
    this.name = settings.name
    this.#node = node
    this.#settings = settings
    this.#answering = new Answering(node, settings.clock)
    this.#newcomers = new Newcomers(node)
  }

  async announce(
    topic: Uint8Array,
    addresses: readonly string[],
    { signal }: { readonly signal: AbortSignal }
  ): Promise<void> {
    contentId(topic)
    checkAddresses(addresses)
    if (this.#closing.signal.aborted) throw closedError()
    if (signal.aborted) return
    await this.#track(this.#announce(topic.slice(), addresses, AbortSignal.any([signal, this.#closing.signal])))
  }

  async *lookup(topic: Uint8Array, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<Discovered> {
    contentId(topic)
    if (this.#closing.signal.aborted) throw closedError()
    const left = new AbortController()
    const stop = AbortSignal.any([signal, this.#closing.signal, left.signal])
    const results = new LookupResults({ source: this.name, limit: MAX_ADDRESSES, onOver: () => left.abort() })
    stop.addEventListener('abort', () => results.stop(), { once: true })
    const wanted = topic.slice()
    const own = () => this.#answering.addresses(wanted)
    const searching = this.#track(
      search(this.#node, wanted, own, results, this.#newcomers, this.#settings, stop).then(
        () => results.end(),
        (error) => results.fail(error)
      )
    )
    try {
      yield* { [Symbol.asyncIterator]: () => results }
    } finally {
      left.abort()
      await searching
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#newcomers.close()
    await Promise.allSettled(this.#running)
    await this.#answering.close()
  }

  async #announce(topic: Uint8Array, addresses: readonly string[], signal: AbortSignal): Promise<void> {
    const id = contentId(topic)
    await this.#answering.start()
    const withdraw = this.#answering.serve(topic, addresses)
    try {
      await keepProviding(this.#node, id, this.#newcomers, this.#settings, signal)
    } finally {
      if (!withdraw()) {
        // Others keep the record for its time; from here on they are told that there is nothing.
        await withDeadline(this.#settings.clock, WITHDRAW_TIMEOUT, new AbortController().signal, (signal) =>
          this.#node.contentRouting.cancelReprovide(id, { signal })
        ).catch(() => {})
      }
    }
  }

  #track<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running)
    const over = () => this.#running.delete(running)
    running.then(over, over)
    return running
  }
}

function closedError(): ClosedError {
  return new ClosedError('the discovery was closed')
}
