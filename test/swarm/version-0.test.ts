import { createRequire } from 'node:module'
import net from 'node:net'
import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm } from '@anyfeed/swarm'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { expect, it } from 'vitest'

const require = createRequire(import.meta.url)

it('a hypercore 1.x peer is one peer too, however often it is dialled and dials', async () => {
  const hypercore = require('hypercore')
  const original = hypercore(require('memdb')())
  const writer = original.createWriteStream()
  writer.write('hello')
  writer.write('world')
  await new Promise<void>((resolve) => writer.end(resolve))

  const sockets = new Set<net.Socket>()
  const join = (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const stream = original.createPeerStream()
    stream.on('error', () => {})
    socket.pipe(stream).pipe(socket)
  }
  const server = net.createServer(join)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo

  const core = createCore({ storage: memoryStorage() })
  const swarm = createSwarm({ core, transports: [tcpTransport()], listen: ['/ip4/127.0.0.1/tcp/0'] })
  try {
    await swarm.open()
    const peer = await swarm.dial(`/ip4/127.0.0.1/tcp/${port}`)
    expect(peer.version).toBe(0)
    const texts: string[] = []
    for await (const block of core.get(writer.id).read({ timeout: 10_000 })) texts.push(new TextDecoder().decode(block))
    expect(texts).toEqual(['hello', 'world'])

    const again = new Promise((resolve) => swarm.once('peer', resolve))
    join(net.connect(Number(swarm.addresses[0]?.split('/').at(-1)), '127.0.0.1'))
    expect(await again).toMatchObject({ direction: 'in', version: 0 })
    expect(swarm.peers).toHaveLength(1)
    const left = new Promise<void>((resolve) => {
      const look = () => setImmediate(() => (swarm.connections === 1 ? resolve() : look()))
      look()
    })
    await left
  } finally {
    await swarm.close()
    await core.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})
