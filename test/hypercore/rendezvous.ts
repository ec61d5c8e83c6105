import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What discovery-channel.cjs asks: who has announced which id, over TCP on 127.0.0.1. */
export async function rendezvous(): Promise<{ readonly port: number; close(): void }> {
  const ports = new Map<string, Set<string>>()
  const waiting = new Map<string, Set<Socket>>()
  const sockets = new Set<Socket>()
  const of = <T>(map: Map<string, Set<T>>, id: string): Set<T> => {
    const found = map.get(id) ?? new Set<T>()
    map.set(id, found)
    return found
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      for (const lookups of waiting.values()) lookups.delete(socket)
    })
    let text = ''
    socket.on('data', (data) => {
      text += data
      const lines = text.split('\n')
      text = lines.pop() as string
      for (const line of lines) {
        const [verb, id, port] = line.split(' ') as [string, string, string]
        if (verb === 'lookup') {
          of(waiting, id).add(socket)
          for (const known of of(ports, id)) socket.write(`${known}\n`)
        } else if (!of(ports, id).has(port)) {
          of(ports, id).add(port)
          for (const lookup of of(waiting, id)) lookup.write(`${port}\n`)
        }
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
