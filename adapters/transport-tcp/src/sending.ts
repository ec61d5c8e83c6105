import type { Socket } from 'node:net'
import { Sender } from '@anyfeed/adapter-kit'

/**
 * The sending direction of a socket. `bound`: the bytes that may wait in the socket, 64 KiB (Node's own mark) at least.
 *
 * Chunks that are ready together leave in one system call. The socket is corked at the first of them and uncorked on
 * the next tick, which comes when no promise is left to run: then the source has to be waited for.
 */
export function sending(socket: Socket, bound: number, abort: (reason: Error) => void): Sender {
  let corked = false
  const uncork = () => {
    if (!corked) return
    corked = false
    socket.uncork()
  }
  const sender = new Sender({
    write(chunk) {
      if (!corked) {
        corked = true
        socket.cork()
        process.nextTick(uncork)
      }
      // A `drain` comes only after a write that returned false, so both have to hold before it is waited for.
      if (socket.write(chunk) || socket.writableLength < bound) return true
      uncork()
      return false
    },
    hasRoom: () => !socket.writableNeedDrain,
    end() {
      uncork()
      return new Promise((resolve) => {
        // Not the callback of `end`, which is called for a failure, too.
        socket.once('finish', resolve)
        socket.end()
      })
    },
    abort
  })
  socket.on('drain', () => sender.drained())
  return sender
}
