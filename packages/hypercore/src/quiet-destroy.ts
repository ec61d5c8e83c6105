import type { Duplex, Readable } from './platform.ts'

/**
 * The error that a stream may be destroyed with: none where nobody listens for errors, so that what a stranger did
 * cannot end a program that only knows `close`.
 */
export function heardError(stream: Readable | Duplex, error: Error | null): Error | null {
  return stream.listenerCount('error') > 0 ? error : null
}
