import type { Connection, Transport } from '@anyfeed/interfaces'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { plaintext } from '@libp2p/plaintext'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { type Libp2pTransportOptions, libp2pTransport } from '../src/index.ts'

const MIB = 1024 * 1024

export interface NodeSettings {
  /** yamux's window, in bytes: the first and the largest. */
  readonly window?: number
  /** What may wait to be sent on a stream, in bytes, before libp2p resets it. Nothing bounds it unless told. */
  readonly maxWriteBufferLength?: number
  readonly plain?: boolean
  /** Whether it runs at once; it does unless told. */
  readonly start?: boolean
}

/** A libp2p node on a port of loopback. */
export async function openNode(settings: NodeSettings = {}): Promise<Libp2p> {
  const { window, maxWriteBufferLength, plain, start = true } = settings
  const streamOptions = {
    maxStreamWindowSize: window ?? 4 * MIB,
    ...(window !== undefined && { initialStreamWindowSize: window }),
    ...(maxWriteBufferLength !== undefined && { maxWriteBufferLength })
  }
  return await createLibp2p({
    start,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [plain ? plaintext() : noise()],
    streamMuxers: [yamux({ streamOptions })],
    // All nodes of a test are one host, of which libp2p takes 5 connections a second.
    connectionManager: { inboundConnectionThreshold: 100_000, maxIncomingPendingConnections: 1000 },
    services: { identify: identify() }
  })
}

export interface Linked {
  readonly nodes: readonly [Libp2p, Libp2p]
  readonly transports: readonly [Transport, Transport]
  readonly address: string
  /** Both ends of a new connection, the dialler's first. */
  connect(): Promise<[Connection, Connection]>
}

/** Runs a test with two nodes and a transport over each, the second listening; all is stopped whatever happens. */
export async function withLinked(
  test: (linked: Linked) => Promise<void>,
  settings: NodeSettings & { readonly options?: Libp2pTransportOptions } = {}
): Promise<void> {
  const nodes = (await Promise.all([openNode(settings), openNode(settings)])) as [Libp2p, Libp2p]
  const options = { maxStreamWindow: settings.window ?? 4 * MIB, ...settings.options }
  const transports = [libp2pTransport(nodes[0], options), libp2pTransport(nodes[1], options)] as const
  const arrived: Connection[] = []
  const waiting: Array<(connection: Connection) => void> = []
  try {
    const listener = await transports[1].listen(`/p2p/${nodes[1].peerId}`, {
      onConnection(connection) {
        const taker = waiting.shift()
        if (taker === undefined) arrived.push(connection)
        else taker(connection)
      }
    })
    const address = listener.addresses[0] ?? ''
    await test({
      nodes,
      transports,
      address,
      async connect() {
        const near = await transports[0].dial(address)
        return [near, arrived.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)))]
      }
    })
  } finally {
    await Promise.all(transports.map((transport) => transport.close()))
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}
