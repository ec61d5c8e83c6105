import type { Core } from '@anyfeed/core'
import { createSwarm, type Swarm } from '@anyfeed/swarm'
import { isLibp2pAddress } from '@anyfeed/transport-libp2p'
import { codeOf } from '../errors.ts'
import type { Reporter } from '../output/reporter.ts'
import { type Discoveries, discoveries } from './discoveries.ts'
import type { Node } from './libp2p-node.ts'
import type { NetworkOptions } from './options.ts'
import { transports } from './transports.ts'

export interface NetworkContext {
  readonly core: Core
  /** The store's directory, where there is room for what a next run can use. */
  readonly directory: string
  /** Whether the libp2p node is the same in each run, or a new one each time. */
  readonly keepKey: boolean
  /** Is told what does not work; the rest goes on. */
  readonly report: Reporter
}

/** How often a peer that is lost is dialled again, in milliseconds: somebody is waiting for it. */
const FIRST_BACK_OFF = 500
const LONGEST_BACK_OFF = 15_000

/** A core's peers, as the command line was told to find and reach them. */
export class Network implements AsyncDisposable {
  readonly swarm: Swarm
  readonly #discoveries: Discoveries
  readonly #node: Node | undefined

  private constructor(swarm: Swarm, found: Discoveries, node: Node | undefined) {
    this.swarm = swarm
    this.#discoveries = found
    this.#node = node
  }

  /** Opens it: from then on, peers are looked for and those that were given are dialled. */
  static async open(options: NetworkOptions, context: NetworkContext): Promise<Network> {
    const { core, directory, keepKey, report } = context
    const onWarning = (error: Error) =>
      report.report({ event: 'warning', code: codeOf(error.cause) || 'ERR_NETWORK', message: error.message })
    const node = await startNode(options, keepKey ? directory : undefined)
    try {
      const found = await discoveries(options, { node, directory, onWarning })
      const swarm = createSwarm({
        core,
        transports: await transports(options, node),
        discovery: found.all,
        listen: listenOn(options, node),
        firstBackOff: FIRST_BACK_OFF,
        longestBackOff: LONGEST_BACK_OFF
      })
      swarm.on('warning', ({ during, part, error }) => {
        // What cannot be listened on is told by `swarm.open`.
        if (during !== 'listen') onWarning(new Error(`${part}: ${error.message}`, { cause: error }))
      })
      for (const address of options.peer) swarm.dial(address, { keep: true }).catch(() => {})
      return new Network(swarm, found, node)
    } catch (error) {
      await node?.stop()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.swarm.close()
    await this.#discoveries.save()
    await this.#node?.stop()
  }
}

/** The node listens already: what is left is to take feeds there. */
function listenOn({ transport, listen }: NetworkOptions, node: Node | undefined): readonly string[] {
  if (transport === 'tcp' || node === undefined || listen.length === 0) return listen
  return [`/p2p/${node.peerId}`]
}

/** libp2p is only loaded where something needs it. */
async function startNode(options: NetworkOptions, keyIn: string | undefined): Promise<Node | undefined> {
  const { transport, listen, peer, discovery } = options
  const inUse = transport === 'libp2p' && (listen.length > 0 || discovery.length > 0)
  if (!inUse && !discovery.includes('kad-dht') && !peer.some(isLibp2pAddress)) return undefined
  const { startNode } = await import('./libp2p-node.ts')
  // Beside another transport, which has the port, the node is there to be found.
  return startNode({ ...options, listen: transport === 'libp2p' ? listen : listen.map(anyPort), keyIn })
}

function anyPort(address: string): string {
  return address.replace(/\/tcp\/\d+/, '/tcp/0')
}
