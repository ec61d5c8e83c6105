import type { Clock } from '@anyfeed/interfaces'

/** Something that may end a pause: it is to call `wake`, later than within this call, and returns how to stop listening. */
export type Waker = (wake: () => void) => () => void

/** Resolves after `ms` milliseconds, with `true` when `waker` was faster. The signal ends it too. Never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal, waker?: Waker): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const done = (woken: boolean) => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      unlisten?.()
      resolve(woken)
    }
    const aborted = () => done(false)
    const timer = clock.setTimeout(aborted, ms)
    const unlisten = waker?.(() => done(true))
    signal.addEventListener('abort', aborted, { once: true })
  })
}
