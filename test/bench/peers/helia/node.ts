import { hash } from 'node:crypto'
import { tcpPort } from '../../address.ts'
import { blocks } from '../../content.ts'
import type { Served, Size } from '../../work.ts'
import { installed } from '../installed.ts'
import { withoutWebrtc } from '../without-webrtc.ts'

export type Cid = { readonly multihash: unknown }

export interface Node {
  readonly libp2p: {
    readonly peerId: { toString(): string }
    getMultiaddrs(): Array<{ toString(): string }>
    dial(address: unknown): Promise<unknown>
  }
  readonly blockstore: {
    put(cid: Cid, block: Uint8Array): Promise<Cid>
    get(cid: Cid): Promise<Uint8Array> | AsyncIterable<Uint8Array>
  }
  start(): Promise<Node>
}

type Make = (...options: unknown[]) => unknown

/** A Helia node with bitswap over libp2p alone: no gateways, no bootstrap nodes, no routing that asks anyone else. */
export async function openNode(): Promise<Node> {
  withoutWebrtc()
  const part = async (module: string, name: string) => (await installed<Record<string, Make>>(module))[name] as Make
  const createHeliaLight = await part('helia', 'createHeliaLight')
  const withLibp2pLight = await part('@helia/libp2p', 'withLibp2pLight')
  const withBitswap = await part('@helia/bitswap', 'withBitswap')
  const libp2p = {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [(await part('@libp2p/tcp', 'tcp'))()],
    connectionEncrypters: [(await part('@libp2p/noise', 'noise'))()],
    streamMuxers: [(await part('@libp2p/yamux', 'yamux'))()],
    services: { identify: (await part('@libp2p/identify', 'identify'))() }
  }
  const node = withBitswap(withLibp2pLight(createHeliaLight(), libp2p)) as Node
  await node.start()
  return node
}

/** Connects with one that serves. */
export async function dial(node: Node, { port, peer }: Served): Promise<void> {
  const { multiaddr } = await installed<{ multiaddr: (address: string) => unknown }>('@multiformats/multiaddr')
  await node.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`))
}

/** Holds all blocks for whoever asks by bitswap. */
export async function serveBlocks(size: Size): Promise<Served> {
  const node = await openNode()
  const ids = await cids(size)
  let index = 0
  for (const block of blocks(size)) await node.blockstore.put(ids[index++] as Cid, block)
  return { port: tcpPort(node.libp2p.getMultiaddrs()), peer: node.libp2p.peerId.toString() }
}

/** The names of the blocks: version 1, raw, SHA-256. */
export async function cids(size: Size): Promise<Cid[]> {
  const { CID } = await installed<{ CID: { createV1(codec: number, digest: unknown): Cid } }>('multiformats/cid')
  const { create } = await installed<{ create(code: number, digest: Uint8Array): unknown }>(
    'multiformats/hashes/digest'
  )
  return [...blocks(size)].map((block) => CID.createV1(0x55, create(0x12, hash('sha256', block, 'buffer'))))
}

/** One block, whether the store gives it whole or in parts. */
export async function getBlock(node: Node, cid: Cid): Promise<Uint8Array> {
  const got = node.blockstore.get(cid)
  if (!(Symbol.asyncIterator in got)) return got
  const parts: Uint8Array[] = []
  for await (const part of got) parts.push(part)
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
}
