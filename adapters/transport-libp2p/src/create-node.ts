import { ConnectionError } from '@anyfeed/interfaces'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { LISTEN, media } from '#media'
import { requireAddress } from './address.ts'
import { bootstrap } from './bootstrap.ts'
import { identifyAll } from './identifying.ts'
import { readPrivateKey } from './private-key.ts'

/**
 * The receive window of a stream of such a node, in bytes: libp2p keeps no more of a paused stream, so that a larger one
 * would get it reset. What `maxStreamWindow` of the transport is to be told.
 */
export const STREAM_WINDOW = 4 * 1024 * 1024

/**
 * libp2p asks each remote who it is, and now and then for a sign of life, and gives up one that takes longer than this,
 * in milliseconds. Its own 5 seconds are less than a window of blocks takes over a slow link, or a busy machine for a turn.
 */
const PATIENCE = 30_000

const DHT_PROTOCOL = '/anyfeed/kad/1.0.0'

/** Milliseconds until the first look around in the DHT, which everything else waits for. */
const FIRST_SELF_QUERY = 100

export interface NodeOptions {
  /**
   * Multiaddrs to listen on; port 0 lets the system pick. One that ends in `/ws` is for WebSockets, which pages can dial.
   * A page itself can only be reached through others: `/p2p-circuit` asks the nodes it knows to introduce it. In Node
   * `/ip4/0.0.0.0/tcp/0` unless told, in a page none; `[]` for none.
   */
  readonly listen?: readonly string[]

  /** Multiaddrs, each with its peer id, of nodes to stay connected with; the first way into the DHT. None unless told. */
  readonly bootstrap?: readonly string[]

  /** Keeps the node's identity from run to run: see `createPrivateKey`. A new one unless told. */
  readonly privateKey?: Uint8Array

  /** Which DHT to be in: nodes with another protocol are in another one. `/anyfeed/kad/1.0.0` unless told. */
  readonly dhtProtocol?: string

  /** Whether to only ask the DHT and keep nothing for it: for nodes that cannot be dialled. `false` unless told. */
  readonly dhtClient?: boolean

  /**
   * Whether the DHT takes and gives private and loopback addresses, such as 192.168.0.2: wanted on a local network, and
   * in tests. `false` unless told, so that strangers cannot have this node dial what is behind its firewall.
   */
  readonly allowPrivateAddresses?: boolean

  /** Ways of reaching others beside the usual ones, such as `webRTC()` of @libp2p/webrtc in a page. None unless told. */
  readonly transports?: NonNullable<Libp2pOptions['transports']>

  /**
   * Whether to introduce pages to each other, so that they can connect by WebRTC: a circuit relay, whose connections are
   * limited to 128 KiB and 2 minutes and so carry no feeds. `false` unless told.
   */
  readonly relay?: boolean

  /**
   * Which pages may connect by WebSockets: called with the page's `Origin` and the `Host` that it asked, as its browser
   * says them. Programs that are no pages say no origin, and may always. All pages unless told.
   */
  readonly allowOrigin?: (origin: string, host: string) => boolean

  /** The most connections with other nodes; the least useful are closed beyond it. 300 unless told. */
  readonly maxConnections?: number

  /** Connections a second that one remote host may open. 5 unless told; many nodes on one host need more. */
  readonly maxInboundPerSecond?: number
}

/**
 * A libp2p node with the usual stack, started: TCP and WebSockets (in a page, WebSockets and circuit relays), noise,
 * yamux, identify, ping and kad-dht, which it serves. It knows nobody unless told. Stop it with `node.stop()`.
 *
 * Rejects with a `TypeError` for a private key or an address that is none, and with a `ConnectionError`
 * (`ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_UNREACHABLE`) when an address cannot be listened on; nothing is left running then.
 *
 * @example
 * ```ts
 * const node = await createNode({ bootstrap: ['/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'] })
 * const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })
 * ```
 */
export async function createNode(options: NodeOptions = {}): Promise<Libp2p> {
  const known = (options.bootstrap ?? []).map((address) => requireAddress(address).multiaddr)
  const listen = (options.listen ?? LISTEN).map(requireMultiaddr)
  const perSecond = options.maxInboundPerSecond
  const dhtProtocol = options.dhtProtocol ?? DHT_PROTOCOL
  const node = await createLibp2p({
    start: false,
    ...(options.privateKey && { privateKey: readPrivateKey(options.privateKey) }),
    addresses: { listen },
    transports: [...media(options.allowOrigin), ...(options.transports ?? [])],
    // A page dials no private address unless told.
    ...(options.allowPrivateAddresses && { connectionGater: { denyDialMultiaddr: () => false } }),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    connectionManager: {
      maxConnections: options.maxConnections ?? 300,
      ...(perSecond !== undefined && {
        inboundConnectionThreshold: perSecond,
        maxIncomingPendingConnections: perSecond
      })
    },
    // Two pings of one connection may be under way: a remote takes no third.
    connectionMonitor: { pingInterval: PATIENCE, pingTimeout: { minTimeout: PATIENCE } },
    services: {
      identify: identify({ runOnConnectionOpen: false, timeout: PATIENCE }),
      ping: ping(),
      dht: kadDHT({
        protocol: dhtProtocol,
        clientMode: options.dhtClient ?? false,
        peerInfoMapper: options.allowPrivateAddresses ? passthroughMapper : removePrivateAddressesMapper,
        initialQuerySelfInterval: FIRST_SELF_QUERY
      }),
      bootstrap: bootstrap(known),
      ...(options.relay && { relay: circuitRelayServer() })
    }
  })
  identifyAll(node, dhtProtocol)
  try {
    await node.start()
    return node
  } catch (error) {
    // It has stopped by itself.
    throw listenError(listen, error)
  }
}

/** libp2p tells what the system said only within its message. */
function listenError(listen: readonly string[], cause: unknown): unknown {
  if ((cause as Error).name !== 'UnsupportedListenAddressesError') return cause
  const taken = /\bEADDRINUSE\b/.test((cause as Error).message)
  const message = `listening on ${listen.join(', ')} failed: ${taken ? 'the port is taken' : 'there is no such address'}`
  return new ConnectionError(taken ? 'ERR_ADDRESS_IN_USE' : 'ERR_ADDRESS_UNREACHABLE', message, { cause })
}

function requireMultiaddr(address: string): string {
  try {
    multiaddr(address)
    return address
  } catch (cause) {
    throw new TypeError(`not a multiaddr: ${address}`, { cause })
  }
}
