import type { Core, Feed } from '@anyfeed/core'
import type { Transport } from '@anyfeed/interfaces'
import { type DialState, keepDialing } from './dial.ts'
import { CliError, codeOf } from './errors.ts'
import type { Reporter } from './output/reporter.ts'
import { peerReason } from './peer-reason.ts'

export interface PeersOptions {
  readonly core: Core
  readonly transport: Transport
  readonly report: Reporter
}

/** The peers that a feed is fetched from. */
export class Peers {
  readonly #addresses: readonly string[]
  readonly #options: PeersOptions
  readonly #states = new Map<string, DialState>()
  readonly #stop = new AbortController()
  #dialing: Promise<unknown> | undefined

  constructor(addresses: readonly string[], options: PeersOptions) {
    this.#addresses = [...new Set(addresses)]
    this.#options = options
  }

  /** How many peers were given. */
  get size(): number {
    return this.#addresses.length
  }

  /** How many are connected. */
  get connected(): number {
    return [...this.#states.values()].filter(({ state }) => state === 'connected').length
  }

  /** Dials them all, and goes on doing so. Calling it again is harmless. */
  start(): void {
    const { core, transport } = this.#options
    const { signal } = this.#stop
    this.#dialing ??= Promise.all(
      this.#addresses.map((address) =>
        keepDialing(address, { core, transport, signal, onState: (state) => this.#onState(address, state) })
      )
    )
  }

  /** Hangs up. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#dialing
  }

  /** Why nothing came of the feed for so many seconds. */
  explain(feed: Feed, seconds: number): CliError {
    const within = `for ${seconds} s`
    if (this.connected > 0) {
      if (feed.peers > 0) {
        const message = `the peers that have this feed sent nothing ${within}: run the same command again to go on`
        return new CliError('ERR_TIMEOUT', message)
      }
      const advice = 'check the id, and that it is shared or seeded there'
      return new CliError('ERR_FEED_UNKNOWN', `no peer has this feed: ${advice}`)
    }
    const reasons = this.#addresses.map((address) => `${address}: ${reasonOf(this.#states.get(address))}`)
    const advice = 'check the address, and that it is shared or seeded there'
    return new CliError(this.#code(), `cannot reach ${reasons.join('; ')}; ${advice}`)
  }

  #onState(address: string, state: DialState): void {
    // While it is dialled again, what went wrong before is still what there is to say.
    const before = this.#states.get(address)
    if (state.state !== 'dialing' || before === undefined) this.#states.set(address, state)
    const failed = 'error' in state && { reason: peerReason(state.error), code: codeOf(state.error) }
    const retry = 'retryMs' in state && { retryMs: state.retryMs }
    const peers = this.connected
    this.#options.report.report({ event: 'peer', state: state.state, address, peers, ...failed, ...retry })
  }

  #code(): string {
    for (const state of this.#states.values()) {
      if ('error' in state && codeOf(state.error) !== '') return codeOf(state.error)
    }
    return 'ERR_ADDRESS_UNREACHABLE'
  }
}

function reasonOf(state: DialState | undefined): string {
  return state !== undefined && 'error' in state ? peerReason(state.error) : 'no answer'
}
