import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import type { Served } from '../work.ts'

/** Joins whoever connects with a stream of its own; resolves with the port. */
export async function listenOverTcp(stream: () => Duplex): Promise<number> {
  const server = net.createServer({ noDelay: true }, (socket) => join(socket, stream()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as net.AddressInfo).port
}

/** Joins a stream with a connection to one that serves. */
export async function dialOverTcp({ port }: Served, stream: Duplex): Promise<void> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  join(socket, stream)
}

/** A break is seen by what does not come. */
function join(socket: net.Socket, stream: Duplex): void {
  socket.on('error', () => stream.destroy())
  stream.on('error', () => socket.destroy())
  socket.pipe(stream).pipe(socket)
}
