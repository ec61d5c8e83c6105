import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode, STREAM_WINDOW } from '@anyfeed/transport-libp2p/node'
import type { MessagePortTransport } from '@anyfeed/transport-messageport'
import { webRTC } from '@libp2p/webrtc'
import { openLender } from './lender.ts'

/** Lends WebRTC to the store, as the one tab that does; when it is closed, the next one will. Rejects never. */
export async function lend(port: MessagePort, ports: MessagePortTransport): Promise<void> {
  if (typeof RTCPeerConnection === 'undefined') return
  await navigator.locks.request('anyfeed lends', async () => {
    try {
      await start(port, ports)
    } catch (error) {
      console.warn('this tab is not reached by WebRTC', error)
    }
    // The lock is given back when the tab is gone.
    await new Promise(() => {})
  })
}

async function start(port: MessagePort, ports: MessagePortTransport): Promise<void> {
  const response = await fetch('/api/network')
  const { addresses } = (await response.json()) as { addresses: string[] }
  const node = await createNode({
    bootstrap: addresses,
    allowPrivateAddresses: true,
    dhtClient: true,
    listen: ['/p2p-circuit', '/webrtc'],
    // Nobody outside is asked for the way: pages that see each other connect, others go through the server's copy.
    transports: [webRTC({ rtcConfiguration: { iceServers: [] } })]
  })
  await new Promise<void>((resolve) => {
    const look = () => node.getMultiaddrs().length > 0 && resolve()
    node.addEventListener('self:peer:update', look)
    look()
  })
  const loan = {
    transport: libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW }),
    address: `/p2p/${node.peerId}`,
    isTold: (address: string) => address.includes('/webrtc/')
  }
  await openLender(loan, port, ports)
}
