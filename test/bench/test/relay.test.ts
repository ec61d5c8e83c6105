import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { relay } from '../links/relay.ts'

it('a relay carries both ways, slower than its rate allows never, and ends each way for itself', async () => {
  const content = Buffer.alloc(300_000, 'anyfeed')
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rate = 4_000_000
  const port = await relay((server.address() as AddressInfo).port, { delay: 5, rate })
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const start = performance.now()
  socket.end(content)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(content)).toBe(true)
  expect(performance.now() - start).toBeGreaterThanOrEqual((content.length * 1000) / rate + 2 * 5)
  server.close()
})
