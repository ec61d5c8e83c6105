import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Link } from '../work.ts'
import { OneWay } from './link.ts'

/** A TCP relay to a port of this machine that lets bytes through as a link would; resolves with its own port. */
export async function relay(port: number, link: Link): Promise<number> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    carry(near, far, link)
    carry(far, near, link)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function carry(from: Socket, to: Socket, link: Link): void {
  const way = new OneWay(link)
  let ended = false
  let timer: NodeJS.Timeout | undefined
  const deliver = () => {
    timer = undefined
    for (const piece of way.take(performance.now())) to.write(piece)
    if (!way.full) from.resume()
    if (way.next !== undefined) timer = setTimeout(deliver, Math.max(0, way.next - performance.now()))
    else if (ended) to.end()
  }
  from.on('data', (chunk) => {
    way.put(chunk, performance.now())
    if (way.full) from.pause()
    if (timer === undefined) deliver()
  })
  from.on('end', () => {
    ended = true
    if (timer === undefined) deliver()
  })
  from.on('error', () => to.destroy())
  from.on('close', () => {
    if (!ended) to.destroy()
  })
}
