import { once } from 'node:events'
import type { Stream } from '@libp2p/interface'
import { libp2pAddress, tcpPort } from '../address.ts'
import { blocks, verifyStream } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Limit } from '../work.ts'

// libp2p is loaded by the processes that use it alone: it takes half a second.
const PROTOCOL = '/anyfeed-bench/bare/1.0.0'

/** Bytes over one libp2p stream, neither hashed nor kept in any order but that of their coming. */
export const libp2pStream: Limit = {
  does: 'a bare libp2p stream: TCP, noise, yamux',

  async serve(size) {
    const { createNode } = await import('@anyfeed/transport-libp2p/node')
    const node = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    const content = [...blocks(size)]
    await node.handle(PROTOCOL, async (stream: Stream) => {
      for (const block of content) if (!stream.send(block)) await once(stream as never, 'drain')
      await stream.close()
    })
    return { port: tcpPort(node.getMultiaddrs()), peer: node.peerId.toString() }
  },

  async run(size, [served]) {
    const { createNode } = await import('@anyfeed/transport-libp2p/node')
    const { multiaddr } = await import('@multiformats/multiaddr')
    const node = await createNode({ listen: [] })
    const chunks: Uint8Array[] = []
    const seconds = stopwatch()
    const stream = await node.dialProtocol(multiaddr(libp2pAddress(served)), PROTOCOL)
    const total = size.count * size.length
    let received = 0
    await new Promise<void>((resolve, reject) => {
      stream.addEventListener('close', (event) => reject(event.error ?? new Error('the stream ended too early')))
      stream.addEventListener('message', ({ data }) => {
        received += data.byteLength
        chunks.push(...(data instanceof Uint8Array ? [data] : data))
        if (received >= total) resolve()
      })
    })
    const elapsed = seconds()
    verifyStream(blocks(size), chunks)
    return elapsed
  }
}
