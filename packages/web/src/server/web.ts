import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { Core } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { ConnectionError } from '@anyfeed/interfaces'
import { createSwarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode, STREAM_WINDOW } from '@anyfeed/transport-libp2p/node'
import { answer, type Site } from './answer.ts'
import { readPage } from './files.ts'
import { isOwnPage } from './guard.ts'
import { Kept } from './kept.ts'
import { policy } from './policy.ts'

export interface WebOptions {
  /** Whose store keeps copies. The server does not close it. */
  readonly core: Core
  /** The IP address to listen on, for the page and for its WebSockets. `127.0.0.1` unless told. */
  readonly host?: string
  /** The port of the page; 0 lets the system pick. What a page keeps belongs to its port. 4737 unless told. */
  readonly port?: number
  /** Names, beside `localhost` and IP addresses, under which the page may be reached. None unless told. */
  readonly names?: readonly string[]
  /** Multiaddrs of libp2p nodes through which others are found. None unless told. */
  readonly bootstrap?: readonly string[]
  /** The DHT's protocol. `/anyfeed/kad/1.0.0` unless told. */
  readonly dhtProtocol?: string
  /** Further multiaddrs to listen on, for libp2p nodes. None unless told. */
  readonly listen?: readonly string[]
}

/** A page that is being served. */
export interface WebServer {
  /** Where the page is. */
  readonly url: string
  /** What a request needs to write; behind `#token=` it makes the page able to. */
  readonly token: string
  /** Multiaddrs of the libp2p node that introduces pages to others. */
  readonly addresses: readonly string[]
  /** Stops serving, and leaves the network. */
  close(): Promise<void>
}

/**
 * Serves the page, and joins it to others: as a libp2p node that pages reach by WebSockets, that introduces them to each
 * other, and that finds peers by kad-dht. It listens on loopback alone unless told otherwise.
 *
 * Rejects with a `ConnectionError` (`ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_UNREACHABLE`) when it cannot listen.
 */
export async function openWeb(options: WebOptions): Promise<WebServer> {
  const { core, host = '127.0.0.1', port = 4737, names = [], bootstrap = [], listen = [] } = options
  const token = randomBytes(16).toString('hex')
  const server = createServer()
  const portOf = () => (server.address() as AddressInfo | null)?.port ?? port
  const node = await createNode({
    listen: [`/ip${isIPv6(host) ? 6 : 4}/${host}/tcp/0/ws`, ...listen],
    bootstrap,
    ...(options.dhtProtocol !== undefined && { dhtProtocol: options.dhtProtocol }),
    relay: true,
    // Any page in the user's browser could otherwise be a peer by this node.
    allowOrigin: (origin, host) => isOwnPage(origin, host, { port: portOf(), names }),
    // What comes from this very machine has an address that the DHT leaves out otherwise.
    allowPrivateAddresses: true,
    maxInboundPerSecond: 100
  })
  const swarm = createSwarm({
    core,
    transports: [libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })],
    discovery: [libp2pDiscovery(node)],
    listen: [`/p2p/${node.peerId}`]
  })
  const addresses = node.getMultiaddrs().map(String)
  const network = addresses.filter((address) => address.includes('/ws/'))
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await swarm.close()
    await node.stop()
  }
  try {
    const kept = new Kept(core)
    const site: Site = {
      files: await readPage(),
      headers: policy(network.map(socketOf)),
      trusted: { names, token },
      network,
      kept
    }
    await kept.open()
    server.on('request', (request, response) => void answer(site, request, response))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)))
      server.listen(port, host, resolve)
    })
    const at = isIPv6(host) ? `[${host}]` : host
    return { url: `http://${at}:${portOf()}/`, token, addresses, close }
  } catch (error) {
    await close()
    throw error
  }
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): ConnectionError {
  const taken = cause.code === 'EADDRINUSE'
  const message = `listening on ${host}, port ${port}, failed: ${taken ? 'the port is taken' : cause.message}`
  return new ConnectionError(taken ? 'ERR_ADDRESS_IN_USE' : 'ERR_ADDRESS_UNREACHABLE', message, { cause })
}

/** The WebSocket that an address of a libp2p node stands for. */
function socketOf(address: string): string {
  const [, version, ip, port] = /^\/ip([46])\/([^/]+)\/tcp\/(\d+)\/ws/.exec(address) ?? []
  return version === '6' ? `ws://[${ip}]:${port}` : `ws://${ip}:${port}`
}
