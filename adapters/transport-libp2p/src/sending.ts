import { Sender } from '@anyfeed/adapter-kit'
import type { Stream } from '@libp2p/interface'

/**
 * Bytes that may wait in the stream for room in the connection, so that there is always something to fill it with; and
 * as many are gathered before they are sent together, where they come in one turn of the event loop.
 */
export const SENT_AHEAD = 256 * 1024

export interface SendingParts {
  readonly stream: Stream
  /** Ends the sending direction of the stream; resolves when libp2p has it all. */
  readonly end: () => Promise<void>
  /** Called with the reason when sending fails. */
  readonly abort: (reason: Error) => void
  /** What to say of something that libp2p threw. */
  readonly broken: (thrown: unknown) => Error
}

/**
 * The sending direction of a libp2p stream. Whatever is sent at once becomes a frame of the muxer and a message of the
 * encryption, and the remote answers each frame with a sign of room: a short chunk by itself costs as much as a long one.
 */
export function sending({ stream, end, abort, broken }: SendingParts): Sender {
  // Where libp2p was given a bound of its own, passing it would reset the stream.
  const ahead = (stream.maxWriteBufferLength ?? Infinity) === Infinity ? SENT_AHEAD : 0
  let held: Uint8Array[] = []
  let bytes = 0
  const hasRoom = () => !stream.writableNeedsDrain || stream.writeBufferLength < ahead
  const flush = () => {
    const together = joined(held, bytes)
    held = []
    bytes = 0
    try {
      return together === undefined || stream.send(together)
    } catch (error) {
      throw broken(error)
    }
  }
  const flushLater = () => {
    try {
      flush()
    } catch (error) {
      abort(error as Error)
    }
  }
  const sender = new Sender({
    write(chunk) {
      if (bytes === 0) soon(flushLater)
      held.push(chunk)
      bytes += chunk.byteLength
      return bytes < ahead ? hasRoom() : flush()
    },
    hasRoom,
    // An abort empties the stream's buffer, after which libp2p takes it for sent, or waits for ever: the sender does not
    // rely on it, and rejects by itself.
    end: async () => {
      flush()
      // Where the last bytes and the end go out in one turn, libp2p's memory transport may tell of neither.
      await new Promise<void>(soon)
      try {
        await end()
      } catch (error) {
        throw broken(error)
      }
    },
    abort
  })
  // `onDrain()` serves a single time for the life of a stream; the event comes each time.
  stream.addEventListener('drain', () => sender.drained())
  return sender
}

/** One array of all chunks: the encryption would join them anyway. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array | undefined {
  if (chunks.length < 2) return chunks[0]
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.byteLength
  }
  return all
}

/** Calls a function when this turn of the event loop is over. */
function soon(call: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(call)
  else setTimeout(call, 0)
}
