import type { RemoteInfo, Socket } from 'node:dgram'
import { isKrpc } from './krpc.ts'

type Listener = (packet: Buffer, sender: RemoteInfo) => void

/**
 * Puts a guard before the listeners that a library has attached to a socket: packets that are no messages of the DHT never
 * reach them. bittorrent-dht trusts what it decodes: a length below zero makes its decoder go round for ever, an id that
 * is a number makes it throw where nobody catches.
 */
export function guard(socket: Socket): void {
  const listeners = socket.listeners('message') as Listener[]
  socket.removeAllListeners('message')
  socket.on('message', (packet, sender) => {
    if (!isKrpc(packet)) return
    for (const listener of listeners) {
      try {
        listener(packet, sender)
      } catch {
        // A packet that the library stumbles over all the same is dropped: it must not end the process. A lookup that
        // loses its answer by it ends at its deadline.
      }
    }
  })
}
