import { createNode } from '@anyfeed/transport-libp2p/node'
import type { Libp2p } from '@libp2p/interface'
import { webRTC } from '@libp2p/webrtc'

/** By what the bytes of a feed get from one page to another: by WebSockets to a Node process and back, or by WebRTC. */
export type Medium = 'WebSockets' | 'WebRTC'

/** A libp2p node in a page that others reach through the Node process at `server`. Resolves when they can. */
export async function pageNode(medium: Medium, server: string): Promise<Libp2p> {
  const node = await createNode({
    bootstrap: [server],
    allowPrivateAddresses: true,
    dhtClient: true,
    maxInboundPerSecond: 1000,
    listen: medium === 'WebRTC' ? ['/p2p-circuit', '/webrtc'] : ['/p2p-circuit'],
    // No STUN or TURN server: nobody outside is asked.
    transports: medium === 'WebRTC' ? [webRTC({ rtcConfiguration: { iceServers: [] } })] : []
  })
  await new Promise<void>((resolve) => {
    const isReached = () =>
      node.getMultiaddrs().some((each) => medium !== 'WebRTC' || String(each).includes('/webrtc/'))
    const look = () => isReached() && resolve()
    node.addEventListener('self:peer:update', look)
    look()
  })
  return node
}

/** Connects two such nodes, however often that takes. */
export async function connect(node: Libp2p, other: Libp2p, medium: Medium): Promise<void> {
  const address = other.getMultiaddrs().find((each) => String(each).includes('/webrtc/') === (medium === 'WebRTC'))
  if (address === undefined) throw new Error(`a node cannot be reached by ${medium}`)
  for (;;) {
    try {
      await node.dial(address)
      return
    } catch (error) {
      if ((error as Error).name !== 'TimeoutError') throw error
    }
  }
}
