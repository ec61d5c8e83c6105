import { CliError, codeOf, isInterruption } from '../errors.ts'
import { fired } from '../fired.ts'
import { openStore } from '../store.ts'
import type { CommandContext } from './command.ts'

export interface WebCommandOptions {
  /** The IP address to listen on. */
  readonly host: string
  readonly port: number
  /** Names by which the page may be asked for. */
  readonly name: readonly string[]
  /** Where to listen for libp2p nodes, beside the page's own WebSockets. */
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly dht: string
}

/** `web`: serves a page that shares and fetches feeds, and keeps copies for it. */
export async function web(options: WebCommandOptions, context: CommandContext): Promise<void> {
  const { report, signal } = context
  await using store = await openStore(context.store)
  const { core } = store
  // Loaded when it is needed: it brings libp2p.
  const { openWeb } = await import('@anyfeed/web')
  const { host, port, name: names, listen, bootstrap, dht: dhtProtocol } = options
  const server = await openWeb({ core, host, port, names, listen, bootstrap, dhtProtocol }).catch((cause) => {
    if (codeOf(cause) !== 'ERR_ADDRESS_IN_USE') throw cause
    throw new CliError('ERR_ADDRESS_IN_USE', `${cause.message}: choose another with --port`, { cause })
  })
  try {
    report.report({ event: 'page', url: `${server.url}#token=${server.token}`, addresses: server.addresses })
    await fired(signal)
    if (!isInterruption(signal.reason)) throw signal.reason
    report.report({ event: 'done' })
  } finally {
    await server.close()
  }
}
