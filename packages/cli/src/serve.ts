import type { Feed } from '@anyfeed/core'
import { bestFirst } from './addresses.ts'
import { CliError, codeOf, isInterruption } from './errors.ts'
import { fired } from './fired.ts'
import { Network } from './network/network.ts'
import type { NetworkOptions } from './network/options.ts'
import { reportPeers } from './network/peer-reports.ts'
import type { Reporter } from './output/reporter.ts'
import type { Store } from './store.ts'

const TELL_MS = 200

/** Serves feeds that are open to whoever finds us and knows their ids. */
export class Server implements AsyncDisposable {
  readonly #network: Network
  readonly #report: Reporter
  #sentBlocks = 0
  #sentBytes = 0
  #telling: NodeJS.Timeout | undefined

  private constructor(network: Network, report: Reporter) {
    this.#network = network
    this.#report = report
    reportPeers(network.swarm, report, () => ({ sentBlocks: this.#sentBlocks, sentBytes: this.#sentBytes }))
  }

  /** Opens the doors. Rejects when it cannot listen where it was told to. */
  static async open({ core, directory }: Store, options: NetworkOptions, report: Reporter): Promise<Server> {
    const network = await Network.open(options, { core, directory, keepKey: true, report })
    const server = new Server(network, report)
    try {
      await network.swarm.open()
      if (server.addresses.length > 0) return server
      throw new CliError('ERR_ADDRESS_UNREACHABLE', 'this machine has no address to listen on')
    } catch (error) {
      await network[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Where it listens, those first that others can reach. */
  get addresses(): string[] {
    return bestFirst(this.#network.swarm.addresses)
  }

  get sentBlocks(): number {
    return this.#sentBlocks
  }

  get sentBytes(): number {
    return this.#sentBytes
  }

  /** Counts what is sent of a feed, and tells what is wrong with it. */
  watch(feed: Feed): void {
    const id = Buffer.from(feed.id as Uint8Array).toString('hex')
    feed.on('upload', (_, data) => {
      this.#sentBlocks++
      this.#sentBytes += data.length
      this.#tell()
    })
    feed.on('error', (error) => {
      const message = `${id}: ${error.message}`
      this.#report.report({ event: 'warning', code: codeOf(error) || 'ERR_UNEXPECTED', message })
    })
  }

  /** Serves until the signal fires. Rejects with its reason unless that is how a server is meant to end. */
  async until(signal: AbortSignal): Promise<void> {
    this.#tell()
    await fired(signal)
    clearTimeout(this.#telling)
    if (!isInterruption(signal.reason)) throw signal.reason
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#telling)
    await this.#network[Symbol.asyncDispose]()
  }

  /** Tells how far it is, soon: five times a second at most. */
  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      const sent = { blocks: this.#sentBlocks, bytes: this.#sentBytes }
      const peers = this.#network.swarm.peers.length
      this.#report.report({ event: 'progress', action: 'serve', ...sent, peers })
    }, TELL_MS).unref()
  }
}
