import type { Discovery, DiscoveryOptions } from '@anyfeed/interfaces'
import type { Noticing } from '../suite/noticing.ts'
import type { DiscoverySuiteOptions } from './options.ts'

/** What a discovery case is run in. */
export class DiscoveryWorld {
  readonly options: DiscoverySuiteOptions
  readonly notice: Noticing
  /** Fires at the end, and withdraws what is still announced. */
  readonly leaving = new AbortController()
  readonly #created: Discovery[] = []

  constructor(options: DiscoverySuiteOptions, notice: Noticing) {
    this.options = options
    this.notice = notice
  }

  /** A discovery that is closed at the end, and is given ids if it wants them. */
  async create({ forgetful = false } = {}): Promise<Discovery> {
    const discovery = await this.createBare({ forgetful })
    return discovery.supports.wantsId === true ? withIds(discovery) : discovery
  }

  /** A discovery that is closed at the end, as it is. */
  async createBare({ forgetful = false } = {}): Promise<Discovery> {
    const discovery = await this.options.create({ forgetful })
    this.#created.push(discovery)
    return discovery
  }

  /** Announces until the case is over, or until the signal fires; failures that nobody waits for are theirs. */
  announce(
    discovery: Discovery,
    topic: Uint8Array,
    addresses: string | readonly string[],
    signal: AbortSignal = this.leaving.signal
  ): Promise<void> {
    const announced = discovery.announce(topic, [addresses].flat(), { signal })
    announced.catch(() => {})
    return announced
  }

  async leave(): Promise<void> {
    try {
      this.leaving.abort()
      await Promise.all(this.#created.map((discovery) => discovery.close()))
    } finally {
      await this.options.teardown?.()
    }
  }
}

/** An id that goes with a topic: as different from others as that is. */
export function idOf(topic: Uint8Array): Uint8Array {
  return topic.map((byte) => byte ^ 255)
}

function withIds(discovery: Discovery): Discovery {
  const given = (topic: Uint8Array, options: DiscoveryOptions) => ({ id: idOf(topic), ...options })
  return {
    name: discovery.name,
    supports: discovery.supports,
    announce: (topic, addresses, options) => discovery.announce(topic, addresses, given(topic, options)),
    lookup: (topic, options) => discovery.lookup(topic, given(topic, options)),
    close: () => discovery.close()
  }
}
