import { Sender } from '@anyfeed/adapter-kit'
import type { Stream } from '@libp2p/interface'
import { GATHERED_BYTES, Gathering } from './gathering.ts'

/** Bytes that may wait in the stream for room in the connection, so that there is always something to fill it with. */
export const SENT_AHEAD = 2 * 1024 * 1024

export interface SendingParts {
  readonly stream: Stream
  /** Ends the sending direction of the stream; resolves when libp2p has it all. */
  readonly end: () => Promise<void>
  /** Called with the reason when sending fails. */
  readonly abort: (reason: Error) => void
  /** What to say of something that libp2p threw. */
  readonly broken: (thrown: unknown) => Error
}

/** The sending direction of a libp2p stream. */
export function sending({ stream, end, abort, broken }: SendingParts): Sender {
  // Where libp2p was given a bound of its own, passing it would reset the stream.
  const bounded = (stream.maxWriteBufferLength ?? Infinity) !== Infinity
  const ahead = bounded ? 0 : SENT_AHEAD
  const gathering = new Gathering(
    bounded ? 0 : GATHERED_BYTES,
    (bytes) => stream.send(bytes),
    (thrown) => abort(broken(thrown))
  )
  const hasRoom = () => !stream.writableNeedsDrain || stream.writeBufferLength + gathering.bytes < ahead
  const sender = new Sender({
    write(chunk) {
      try {
        gathering.add(chunk)
      } catch (error) {
        throw broken(error)
      }
      return hasRoom()
    },
    hasRoom,
    // An abort empties the stream's buffer, after which libp2p takes it for sent, or waits for ever: the sender does not
    // rely on it, and rejects by itself.
    async end() {
      try {
        gathering.flush()
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
