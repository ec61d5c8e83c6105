import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A TCP relay to a peer that lets `limit` bytes of it through on each connection, and then nothing more. Resolves with
 * the relay's address. It makes "half-way" a place instead of a moment.
 */
export async function slowLink(peer: string, limit: number): Promise<string> {
  const port = Number(peer.split('/').at(-1))
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    let passed = 0
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (chunk) => {
      passed += chunk.length
      near.write(chunk)
      if (passed >= limit) far.pause()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `/ip4/127.0.0.1/tcp/${(server.address() as { port: number }).port}`
}
