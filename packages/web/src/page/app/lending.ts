import type { Connection } from '@anyfeed/interfaces'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode, STREAM_WINDOW } from '@anyfeed/transport-libp2p/node'
import type { MessagePortTransport } from '@anyfeed/transport-messageport'
import { webRTC } from '@libp2p/webrtc'
import type { FromLender, Proof, ToLender } from '../lend.ts'

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
  const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })
  const tell = (message: FromLender) => port.postMessage(message)
  const handOver = async (connection: Connection, door: string) => {
    const store = await ports.dial(door)
    // Whatever breaks one breaks the other, by itself.
    await Promise.allSettled([connection.sink(store.source), store.sink(connection.source)])
  }
  const waiting = new Map<string, Connection>()
  const listener = await transport.listen(`/p2p/${node.peerId}`, {
    onConnection: (connection) => {
      const name = crypto.randomUUID()
      waiting.set(name, connection)
      connection.closed.then(() => waiting.delete(name))
      tell({ lend: 'arrived', name, proof: proofOf(connection) })
    }
  })
  port.addEventListener('message', async ({ data }) => {
    const message = data as ToLender
    if (message.lend === 'ready') {
      const connection = waiting.get(message.name)
      if (connection !== undefined) await handOver(connection, message.door)
    } else if (message.lend === 'dial') {
      try {
        const connection = await transport.dial(message.address)
        tell({ lend: 'dialled', name: message.name, proof: proofOf(connection) })
        await handOver(connection, message.door)
      } catch (error) {
        tell({ lend: 'failed', name: message.name, message: (error as Error).message })
      }
    }
  })
  tell({ lend: 'door', addresses: listener.addresses.filter((address) => address.includes('/webrtc/')) })
}

function proofOf({ remoteAddress, remoteIdentity, channelBinding }: Connection): Proof {
  return { remoteAddress, remoteIdentity, channelBinding }
}
