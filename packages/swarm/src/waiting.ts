import { type Clock, TimeoutError } from '@anyfeed/interfaces'

/** Resolves after `ms` milliseconds, or as soon as the signal fires. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const wake = () => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = clock.setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
  })
}

/**
 * What the promise gives, or `undefined` as soon as the signal fires. It goes on then, but nobody waits for it: what it
 * rejects with is dropped.
 */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const give = () => resolve(undefined)
    const stop = () => signal.removeEventListener('abort', give)
    promise.then(resolve, reject).finally(stop)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give)
  })
}

/** What the promise gives; rejects with a {@link TimeoutError} when that takes longer than `ms` milliseconds. */
export function within<T>(clock: Clock, ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new TimeoutError(`${what} took longer than ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer))
  })
}
