import type { Discovery } from '@anyfeed/interfaces'
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

  /** A discovery that is closed at the end. */
  async create({ forgetful = false } = {}): Promise<Discovery> {
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
