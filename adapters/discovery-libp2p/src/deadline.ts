import type { Clock } from '@anyfeed/interfaces'

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
