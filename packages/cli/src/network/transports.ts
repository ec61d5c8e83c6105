import type { Transport } from '@anyfeed/interfaces'
import { isLibp2pAddress, libp2pTransport } from '@anyfeed/transport-libp2p'
import { tcpTransport } from '@anyfeed/transport-tcp'
import type { Node } from './libp2p-node.ts'
import type { NetworkOptions } from './options.ts'

/** The transport that was chosen, and another where a given peer needs it. */
export async function transports({ transport, peer }: NetworkOptions, node: Node | undefined): Promise<Transport[]> {
  const tcp = transport === 'tcp' || !peer.every(isLibp2pAddress) ? [tcpTransport()] : []
  const libp2p = transport === 'libp2p' || peer.some(isLibp2pAddress) ? await overNode(node) : []
  return transport === 'tcp' ? [...tcp, ...libp2p] : [...libp2p, ...tcp]
}

async function overNode(node: Node | undefined): Promise<Transport[]> {
  if (node === undefined) return []
  const { STREAM_WINDOW } = await import('@anyfeed/transport-libp2p/node')
  return [libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })]
}
