import type { Core, Feed } from '@anyfeed/core'
import type { Connection, Listener, Transport } from '@anyfeed/interfaces'
import { isLoopback } from './addresses.ts'
import { CliError, codeOf, isInterruption } from './errors.ts'
import type { Reporter } from './output/reporter.ts'
import { replicate } from './replicate.ts'

export interface ServeOptions {
  readonly core: Core
  readonly transport: Transport
  readonly report: Reporter
  /** Where to listen. */
  readonly listen: readonly string[]
}

const TELL_MS = 200

/** Serves feeds that are open to whoever connects and knows their ids. */
export class Server {
  readonly #options: ServeOptions
  #listeners: readonly Listener[] = []
  #peers = 0
  #sentBlocks = 0
  #sentBytes = 0
  #telling: NodeJS.Timeout | undefined

  constructor(options: ServeOptions) {
    this.#options = options
  }

  /** Where it listens, those first that others can reach. */
  get addresses(): string[] {
    const all = this.#listeners.flatMap(({ addresses }) => addresses)
    return [...all.filter((each) => !isLoopback(each)), ...all.filter(isLoopback)]
  }

  get sentBlocks(): number {
    return this.#sentBlocks
  }

  get sentBytes(): number {
    return this.#sentBytes
  }

  /** Opens the doors. */
  async listen(): Promise<void> {
    const { transport, listen } = this.#options
    const onConnection = (connection: Connection) => void this.#serve(connection)
    const opened = await Promise.allSettled(listen.map((address) => transport.listen(address, { onConnection })))
    const failed = opened.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    this.#listeners = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
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
      this.#options.report.report({ event: 'warning', code: codeOf(error) || 'ERR_UNEXPECTED', message })
    })
  }

  /** Serves until the signal fires. Rejects with its reason unless that is how a server is meant to end. */
  async until(signal: AbortSignal): Promise<void> {
    this.#tell()
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    clearTimeout(this.#telling)
    if (!isInterruption(signal.reason)) throw signal.reason
  }

  /** Tells how far it is, soon: five times a second at most. */
  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      const { report } = this.#options
      const sent = { blocks: this.#sentBlocks, bytes: this.#sentBytes }
      report.report({ event: 'progress', action: 'serve', ...sent, peers: this.#peers })
    }, TELL_MS).unref()
  }

  async #serve(connection: Connection): Promise<void> {
    let met = false
    const error = await replicate(this.#options.core, connection, () => {
      met = true
      this.#peers++
      this.#tellPeer('connected', connection)
    })
    // Whoever never said a word of the protocol was no peer.
    if (!met) return
    this.#peers--
    this.#tellPeer('left', connection, error)
  }

  #tellPeer(state: 'connected' | 'left', { remoteAddress: address }: Connection, error?: Error): void {
    const sent = { sentBlocks: this.#sentBlocks, sentBytes: this.#sentBytes }
    // A peer that goes without a good-bye is nothing out of the ordinary.
    const wrong = error instanceof Error && ['ERR_PROTOCOL', 'ERR_VERIFICATION'].includes(codeOf(error))
    const reason = wrong ? { reason: error.message, code: codeOf(error) } : {}
    this.#options.report.report({ event: 'peer', state, address, peers: this.#peers, ...sent, ...reason })
  }
}

/** The command that fetches a feed. */
export function getCommand(id: string, addresses: readonly string[], extra = ''): string {
  const [address] = addresses
  if (address === undefined) throw new CliError('ERR_ADDRESS_UNREACHABLE', 'this machine has no address to listen on')
  return `anyfeed get ${id} --peer ${address}${extra}`
}
