import type { Socket } from 'node:net'
import { ReceiveBuffer } from '@anyfeed/adapter-kit'
import type { ReadSlab } from './read-slab.ts'

/**
 * The receiving direction of a socket, which is paused at `bound` bytes and goes on at half of them. `slab` is what it
 * reads into, if that is not left to Node; `abort` is called when the reader leaves early.
 *
 * Iterating over the socket itself is as fast for a reader that keeps up (test/transport/throughput.ts), but copies
 * wherever several chunks have come in, and cannot be left while it waits.
 */
export function receiving(
  socket: Socket,
  slab: ReadSlab | undefined,
  bound: number,
  abort: (reason: Error) => void
): ReceiveBuffer {
  let paused = false
  const received = new ReceiveBuffer({
    onLeave: abort,
    onRead: () => {
      if (!paused || received.held >= bound / 2) return
      paused = false
      socket.resume()
    }
  })
  const arrived = (chunk: Uint8Array) => {
    received.push(chunk)
    if (received.held < bound) return
    paused = true
    socket.pause()
  }
  if (slab === undefined) socket.on('data', arrived)
  else slab.listen(arrived)
  socket.on('end', () => received.end())
  return received
}
