import { AbortedError, type Clock, TimeoutError } from '@anyfeed/interfaces'
import { Alarm } from './alarm.ts'
import type { Cancels } from './cancels.ts'

/** How long a call that waits may take. */
export interface WaitOptions {
  /** Gives up: the call rejects with an `AbortedError`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the call rejects with a `TimeoutError`; none by default, and none with `Infinity`. */
  readonly timeout?: number | undefined
}

/** What a handle adds for its own calls. */
export interface Waiting extends WaitOptions {
  readonly cancels?: Cancels | undefined
}

/**
 * A promise that is settled by what `start` gets, by the signal or by the timeout, whichever is first. What `start`
 * returns is called when the waiting is over.
 */
export function wait<T>(
  clock: Clock,
  { signal, timeout, cancels }: Waiting,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    assertTimeout(timeout)
    if (signal?.aborted) return reject(aborted(signal))
    let over = false
    let stop: (() => void) | undefined
    const settle = (how: () => void) => {
      if (over) return
      over = true
      signal?.removeEventListener('abort', onAbort)
      cancels?.delete(fail)
      alarm?.stop()
      stop?.()
      how()
    }
    const fail = (error: Error) => settle(() => reject(error))
    const onTimeout = () => fail(new TimeoutError(`nothing came within ${timeout} ms`))
    const alarm = timeout === undefined ? undefined : new Alarm(clock, onTimeout)
    const onAbort = () => fail(aborted(signal as AbortSignal))
    signal?.addEventListener('abort', onAbort)
    cancels?.add(fail)
    alarm?.set(clock.now() + (timeout as number))
    stop = start((value) => settle(() => resolve(value)), fail)
    if (over) stop()
  })
}

/** Waits for a promise that cannot be stopped itself: it goes on, but nobody waits for it any more. */
export function waitFor<T>(clock: Clock, options: Waiting, promise: Promise<T>): Promise<T> {
  const { signal, timeout, cancels } = options
  if (!signal && timeout === undefined && !cancels) return promise
  return wait(clock, options, (resolve, reject) => {
    promise.then(resolve, reject)
    return () => {}
  })
}

/** Throws an {@link AbortedError} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

function assertTimeout(timeout: number | undefined): void {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw new RangeError('a timeout is a number of ms from 0')
  }
}

function aborted(signal: AbortSignal): AbortedError {
  return new AbortedError('the call was aborted', { cause: signal.reason })
}
