import type { EventEmitter } from './platform.ts'

/** Called once, never before the call it was given to has returned: with an error, or with `null` and what came of it. */
export type Callback<T extends unknown[] = []> = (error: Error | null, ...result: T) => void

/**
 * Tells the caller what came of `work`: by the callback, or else by the promise that is returned. Nobody has to look at
 * that promise: programs of 2016 know of none.
 */
export function answer<T>(
  work: Promise<T>,
  callback: ((error: Error | null, result: T) => void) | undefined
): Promise<T> {
  if (typeof callback === 'function') {
    // In a task of its own: what the callback throws is not ours to catch, and must not come back as a second call.
    work.then(
      (result) => queueMicrotask(() => callback(null, result)),
      (error) => queueMicrotask(() => (callback as Callback)(error))
    )
    return undefined as never
  }
  work.catch(() => {})
  return work
}

/**
 * Emits an event in the midst of the core's work. What a listener throws ends as an uncaught exception, as it did in
 * 2016, and not as a fault of the peer or of the store whose doing the event was.
 */
export function emitTo(emitter: EventEmitter, event: string, ...values: unknown[]): void {
  try {
    emitter.emit(event, ...values)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
