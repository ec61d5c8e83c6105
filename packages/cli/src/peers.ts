import type { Core, Feed } from '@anyfeed/core'
import { CliError, codeOf } from './errors.ts'
import { Network } from './network/network.ts'
import type { NetworkOptions } from './network/options.ts'
import { reportPeers } from './network/peer-reports.ts'
import { Search } from './network/search.ts'
import type { Reporter } from './output/reporter.ts'
import { peerReason } from './peer-reason.ts'

export interface PeersOptions {
  readonly core: Core
  /** The store's directory. */
  readonly directory: string
  readonly report: Reporter
  /** What is fetched: 64 hexadecimal digits. */
  readonly id: string
}

/** As many addresses that failed are named; more would hide what there is to say. */
const MOST_NAMED = 3

/** The peers that a feed is fetched from. */
export class Peers {
  readonly #network: NetworkOptions
  readonly #options: PeersOptions
  /** Why there is no connection to the addresses that were dialled last. */
  readonly #failed = new Map<string, Error>()
  #opening: Promise<Network> | undefined
  #search: Search | undefined
  #hush = () => {}

  constructor(network: NetworkOptions, options: PeersOptions) {
    this.#network = network
    this.#options = options
  }

  /** Whether there is any way to find somebody. */
  get possible(): boolean {
    return this.#network.peer.length + this.#network.discovery.length > 0
  }

  /** How many are connected. */
  get connected(): number {
    return this.#search?.connected ?? 0
  }

  /** Looks for them, and goes on doing so. Calling it again is harmless. Rejects when the network cannot be used. */
  async start(): Promise<void> {
    this.#opening ??= this.#open()
    await this.#opening
  }

  /** Hangs up. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#search?.end()
    this.#hush()
    const network = await this.#opening?.catch(() => undefined)
    await network?.[Symbol.asyncDispose]()
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
    const [first] = this.#failed.values()
    if (first === undefined) return this.#nobody(within)
    const reasons = [...this.#failed].map(([address, error]) => `${address}: ${peerReason(error)}`)
    const more = reasons.splice(MOST_NAMED).length
    const others = more === 0 ? '' : `; nor ${more} others`
    const advice = 'check the address, and that it is shared or seeded there'
    const code = codeOf(first) || 'ERR_ADDRESS_UNREACHABLE'
    return new CliError(code, `cannot reach ${reasons.join('; ')}${others}; ${advice}`)
  }

  async #open(): Promise<Network> {
    const { core, directory, report, id } = this.#options
    const network = await Network.open(this.#network, { core, directory, keepKey: false, report })
    const { swarm } = network
    swarm.on('dial-failed', ({ address, error }) => this.#failed.set(address, error))
    swarm.on('peer', ({ address }) => this.#failed.delete(address))
    this.#search = new Search(swarm, { id, discoveries: this.#network.discovery, report })
    this.#hush = reportPeers(swarm, report)
    await swarm.open()
    return network
  }

  #nobody(within: string): CliError {
    const { peer, discovery, bootstrap, router } = this.#network
    if (discovery.length === 0) {
      return new CliError('ERR_ADDRESS_UNREACHABLE', `no answer from ${peer.join(', ')} ${within}`)
    }
    const ways = [
      ...(discovery.includes('kad-dht') && bootstrap.length === 0 ? ['name a node of the DHT with --bootstrap'] : []),
      ...(discovery.includes('bittorrent') && router.length === 0 ? ['a BitTorrent node with --router'] : []),
      'say where it is with --peer ADDRESS'
    ]
    const advice = ways.join(', or ')
    return new CliError(
      'ERR_FEED_UNKNOWN',
      `${discovery.join(' and ')} found nobody with this feed ${within}: ${advice}`
    )
  }
}
