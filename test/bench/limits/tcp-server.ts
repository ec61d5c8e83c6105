import { once } from 'node:events'
import net from 'node:net'

/** Sends all that `chunks` gives to whoever connects, and ends; resolves with the port. */
export async function sendOverTcp(chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
  const server = net.createServer({ noDelay: true }, async (socket) => {
    socket.on('error', () => {})
    for await (const chunk of chunks()) if (!socket.write(chunk)) await once(socket, 'drain')
    socket.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as net.AddressInfo).port
}

/** Connects; the socket is ready when this resolves. */
export async function connectOverTcp(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}
