/** A pending callback, as returned by {@link Clock.setTimeout}. Opaque to everyone but its clock. */
export type Timer = unknown

/**
 * Time, from outside: the same code runs in a browser, in Node and under a simulated clock.
 *
 * A clock's timers never keep a process alive by themselves.
 */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes backwards. */
  now(): number

  /** Calls `callback` once, `ms` milliseconds (0 or more) from now. */
  setTimeout(callback: () => void, ms: number): Timer

  /** Forgets a timer. A timer that has fired, or was cleared before, is ignored. */
  clearTimeout(timer: Timer): void
}
