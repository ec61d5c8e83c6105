/** Where time comes from; `globalThis` is one. */
export interface Clock {
  setTimeout(call: () => void, milliseconds: number): unknown
  clearTimeout(timer: unknown): void
}

export const systemClock: Clock = {
  setTimeout: (call, milliseconds) => setTimeout(call, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
}

/** Something that may end a pause: calls `wake`, or has done so, and returns how to stop listening. */
export type Waker = (wake: () => void) => () => void

/** Resolves after so many milliseconds, with `true` when `waker` was faster. The signal ends it too. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal, waker?: Waker): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (woken: boolean) => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      unlisten?.()
      resolve(woken)
    }
    const aborted = () => done(false)
    const timer = clock.setTimeout(aborted, milliseconds)
    signal.addEventListener('abort', aborted)
    const unlisten = waker?.(() => done(true))
    if (signal.aborted) aborted()
  })
}

/** Runs a call with a signal that fires with `signal`'s reason, or after so many milliseconds. No timer outlives it. */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const controller = new AbortController()
  const aborted = () => controller.abort(signal.reason)
  const timer = clock.setTimeout(() => controller.abort(new Error(`took longer than ${milliseconds} ms`)), milliseconds)
  signal.addEventListener('abort', aborted)
  if (signal.aborted) aborted()
  try {
    return await unlessAborted(call(controller.signal), controller.signal)
  } finally {
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
    controller.abort()
  }
}

/** For what is slow to heed its signal. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    if (signal.aborted) aborted()
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
