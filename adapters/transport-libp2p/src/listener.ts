import { handOver } from '@anyfeed/adapter-kit'
import { type Connection, ConnectionError, type Listener, type ListenOptions } from '@anyfeed/interfaces'
import { formatAddress } from './address.ts'
import type { Wire } from './connection.ts'
import { isProven } from './identity.ts'
import type { Settings } from './options.ts'
import { type Libp2pNode, PROTOCOL } from './protocol.ts'

/** Registers the protocol with the node. `adopt` makes a connection of each stream that comes in. */
export async function openListener(
  node: Libp2pNode,
  address: string,
  settings: Settings,
  { onConnection, onAddresses, signal }: ListenOptions,
  adopt: (wire: Wire) => Connection
): Promise<NodeListener> {
  let listener: NodeListener | undefined
  try {
    await node.handle(
      PROTOCOL,
      (stream, connection) => {
        if (listener?.open === false || !isProven(connection)) {
          stream.abort(new ConnectionError('ERR_CONNECTION_UNTRUSTED', 'the remote cannot be told from another'))
          return
        }
        handOver(adopt({ stream, connection, self: node.peerId }), onConnection)
      },
      {
        maxInboundStreams: settings.maxInboundStreams,
        maxOutboundStreams: settings.maxOutboundStreams,
        runOnLimitedConnection: settings.limitedConnections
      }
    )
  } catch (cause) {
    const taken = (cause as Error).name === 'DuplicateProtocolHandlerError'
    const message = `listening on ${address} failed: ${taken ? 'the node has a listener' : String(cause)}`
    throw new ConnectionError(taken ? 'ERR_ADDRESS_IN_USE' : 'ERR_ADDRESS_UNREACHABLE', message, { cause })
  }
  listener = new NodeListener(node, settings.limitedConnections, signal, onAddresses)
  return listener
}

/** A handler that is registered. */
export class NodeListener implements Listener {
  readonly closed: Promise<void>
  readonly #node: Libp2pNode
  readonly #relayed: boolean
  readonly #onAddresses: (() => void) | undefined
  #told: string
  #resolveClosed: () => void = () => {}
  #open = true

  /** `relayed`: whether connections all the way through a relay are taken. */
  constructor(
    node: Libp2pNode,
    relayed: boolean,
    signal: AbortSignal | undefined,
    onAddresses: (() => void) | undefined
  ) {
    this.#node = node
    this.#relayed = relayed
    this.#onAddresses = onAddresses
    this.#told = String(this.addresses)
    node.addEventListener('self:peer:update', this.#selfUpdated)
    const close = () => void this.close()
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = () => {
        signal?.removeEventListener('abort', close)
        node.removeEventListener('self:peer:update', this.#selfUpdated)
        resolve()
      }
    })
    signal?.addEventListener('abort', close, { once: true })
  }

  get open(): boolean {
    return this.#open
  }

  /** Those that the node has now: relays and what others see of it may come later, and are told of. */
  get addresses(): readonly string[] {
    const self = this.#node.peerId.toString()
    const all = this.#node.getMultiaddrs().map((address) => formatAddress(address, self))
    // Whoever comes all the way through a relay is refused, unless told otherwise: such an address leads nowhere.
    const addresses = this.#relayed ? all : all.filter((address) => !address.endsWith(`/p2p-circuit/p2p/${self}`))
    return addresses.length > 0 ? addresses : [`/p2p/${self}`]
  }

  close(): Promise<void> {
    if (this.#open) {
      this.#open = false
      // The node forgets the handler at once; what may fail after that is telling others.
      this.#node.unhandle(PROTOCOL).then(this.#resolveClosed, this.#resolveClosed)
    }
    return this.closed
  }

  /** The node tells of whatever changes about itself, its protocols for one. */
  readonly #selfUpdated = (): void => {
    const addresses = String(this.addresses)
    if (!this.#open || addresses === this.#told) return
    this.#told = addresses
    this.#onAddresses?.()
  }
}
