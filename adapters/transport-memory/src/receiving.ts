import { ConnectionError } from '@anyfeed/interfaces'
import type { Pipe } from './pipe.ts'

/** The `source` of a connection: reads a pipe, once. Leaving early calls `abort`. */
export function receiving(pipe: Pipe, abort: (reason: Error) => void): AsyncIterable<Uint8Array> {
  let taken = false
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
      if (taken) throw new TypeError('the source of a connection can be iterated once')
      taken = true
      let left = false
      return {
        next: () => (left ? Promise.resolve({ done: true, value: undefined }) : pipe.read()),
        return() {
          left = true
          abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the source was left before its end'))
          return Promise.resolve({ done: true, value: undefined })
        }
      }
    }
  }
}
