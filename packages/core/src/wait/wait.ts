import { AbortedError, type Clock, TimeoutError, type Timer } from '@anyfeed/interfaces'

/** How long a call that waits may take. */
export interface WaitOptions {
  /** Gives up: the call rejects with an `AbortedError`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the call rejects with a `TimeoutError`; none by default. */
  readonly timeout?: number | undefined
}

/**
 * A promise that is settled by what `start` gets, by the signal or by the timeout, whichever is first. What `start`
 * returns is called when the waiting is over.
 */
export function wait<T>(
  clock: Clock,
  { signal, timeout }: WaitOptions,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    let timer: Timer | undefined
    let over = false
    let stop: (() => void) | undefined
    const finish = () => {
      over = true
      signal?.removeEventListener('abort', onAbort)
      if (timer !== undefined) clock.clearTimeout(timer)
      stop?.()
    }
    const succeed = (value: T) => {
      if (over) return
      finish()
      resolve(value)
    }
    const fail = (error: Error) => {
      if (over) return
      finish()
      reject(error)
    }
    const onAbort = () => fail(aborted(signal as AbortSignal))
    signal?.addEventListener('abort', onAbort)
    if (timeout !== undefined) {
      timer = clock.setTimeout(() => fail(new TimeoutError(`nothing came within ${timeout} ms`)), timeout)
    }
    stop = start(succeed, fail)
    if (over) stop()
  })
}

/** Waits for a promise that cannot be stopped itself: it goes on, but nobody waits for it any more. */
export function waitFor<T>(clock: Clock, options: WaitOptions, promise: Promise<T>): Promise<T> {
  if (options.signal === undefined && options.timeout === undefined) return promise
  return wait(clock, options, (resolve, reject) => {
    promise.then(resolve, reject)
    return () => {}
  })
}

/** Throws an {@link AbortedError} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

function aborted(signal: AbortSignal): AbortedError {
  return new AbortedError('the call was aborted', { cause: signal.reason })
}
