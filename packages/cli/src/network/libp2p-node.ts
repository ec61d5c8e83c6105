import { createNode, createPrivateKey } from '@anyfeed/transport-libp2p/node'
import type { NetworkOptions } from './options.ts'
import { keepPeerKey } from './peer-key.ts'
import { isPrivateNetwork } from './private-address.ts'

export type Node = Awaited<ReturnType<typeof createNode>>

export interface NodeOptions extends Pick<NetworkOptions, 'listen' | 'bootstrap' | 'peer' | 'dht'> {
  /** The directory in which the node's key is kept; without it, the node is a new one each time. */
  readonly keyIn?: string | undefined
}

/**
 * A libp2p node, started. It serves the DHT if it listens. Private addresses are for private networks alone: strangers
 * must not have it dial what is behind its firewall.
 */
export async function startNode({ listen, bootstrap, peer, dht, keyIn }: NodeOptions): Promise<Node> {
  const privateKey = keyIn === undefined ? undefined : await keepPeerKey(keyIn, createPrivateKey)
  return createNode({
    listen,
    bootstrap,
    dhtProtocol: dht,
    dhtClient: listen.length === 0,
    allowPrivateAddresses: isPrivateNetwork([...bootstrap, ...peer], listen),
    ...(privateKey !== undefined && { privateKey })
  })
}
