import { once } from 'node:events'
import net from 'node:net'
import { blocks, verifyStream } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Limit } from '../work.ts'
import { connectOverTcp } from './tcp-server.ts'

/** Asks with a byte and gets a block, over a connection that is open. */
export const tcpRoundTrip: Limit = {
  does: 'one byte asks for the block over bare TCP',

  async serve(size) {
    const [block] = blocks(size)
    const server = net.createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.write(block as Uint8Array))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: (server.address() as net.AddressInfo).port }
  },

  async run(size, [served]) {
    const socket = await connectOverTcp(served?.port as number)
    const ask = async () => {
      const chunks: Uint8Array[] = []
      let bytes = 0
      socket.write('?')
      while (bytes < size.length) {
        const [chunk] = await once(socket, 'data')
        chunks.push(chunk)
        bytes += chunk.length
      }
      return chunks
    }
    // The first answer shows that the far end of the link is connected too.
    await ask()
    const seconds = stopwatch()
    const chunks = await ask()
    const elapsed = seconds()
    verifyStream(blocks({ ...size, count: 1 }), chunks)
    return elapsed
  }
}
