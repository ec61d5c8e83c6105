import type { Clock } from '@anyfeed/interfaces'

/** The machine's clock, in Node and in pages. Its timers don't keep a process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout(callback, ms) {
    const timer: number | { unref?(): void } = setTimeout(callback, ms)
    // A number in pages, where nothing has to be kept alive.
    if (typeof timer === 'object') timer.unref?.()
    return timer
  },
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
