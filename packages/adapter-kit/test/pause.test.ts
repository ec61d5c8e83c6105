import { describe, expect, it } from 'vitest'
import { pause, systemClock } from '../src/index.ts'

describe('a pause', () => {
  /** Timers that fire when they are told to. */
  function clock() {
    const timers = new Set<() => void>()
    return {
      timers,
      now: () => 0,
      setTimeout: (callback: () => void) => {
        timers.add(callback)
        return callback
      },
      clearTimeout: (timer: unknown) => void timers.delete(timer as () => void)
    }
  }

  it.each(['time', 'signal', 'waker'] as const)('ends by the %s, and leaves nothing behind', async (by) => {
    const time = clock()
    const controller = new AbortController()
    const wakers = new Set<() => void>()
    const paused = pause(time, 1000, controller.signal, (wake) => {
      wakers.add(wake)
      return () => wakers.delete(wake)
    })
    if (by === 'signal') controller.abort()
    else for (const end of by === 'time' ? [...time.timers] : [...wakers]) end()
    expect(await paused).toBe(by === 'waker')
    expect([time.timers.size, wakers.size]).toEqual([0, 0])
  })

  it('is none when the signal has fired before', async () => {
    const time = clock()
    expect(await pause(time, 1000, AbortSignal.abort())).toBe(false)
    expect(time.timers.size).toBe(0)
  })

  it('ends by the clock of the machine', async () => {
    const before = systemClock.now()
    // The clock's timers keep no process alive; the test's own does.
    const alive = setInterval(() => {}, 1000)
    expect(await pause(systemClock, 5, new AbortController().signal)).toBe(false)
    clearInterval(alive)
    expect(systemClock.now()).toBeGreaterThan(before)
  })
})
