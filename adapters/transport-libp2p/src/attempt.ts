/** What can end an attempt before it succeeds: each is asked for the error when its signal fires. */
export interface GiveUp {
  readonly signal: AbortSignal | undefined
  readonly error: (reason: unknown) => Error
}

/**
 * Runs `open` until it settles or a signal fires, which rejects at once. What `open` still brings after that goes to
 * `undo`, so nothing is left open.
 */
export function attempt<T>(
  open: (signal: AbortSignal) => Promise<T>,
  undo: (late: T) => void,
  ends: readonly GiveUp[]
): Promise<T> {
  const controller = new AbortController()
  return new Promise<T>((resolve, reject) => {
    const stops: Array<() => void> = []
    const done = () => {
      for (const stop of stops) stop()
    }
    for (const { signal, error } of ends) {
      if (signal === undefined) continue
      const giveUp = () => {
        done()
        const reason = error(signal.reason)
        reject(reason)
        controller.abort(reason)
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      stops.push(() => signal.removeEventListener('abort', giveUp))
    }
    open(controller.signal).then(
      (value) => {
        done()
        if (controller.signal.aborted) undo(value)
        else resolve(value)
      },
      (error) => {
        done()
        reject(error)
      }
    )
  })
}
