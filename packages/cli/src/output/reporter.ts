import type { Event } from './events.ts'

/** Where a command tells what happens. */
export interface Reporter {
  report(event: Event): void
  /** Leaves the terminal as it should be. Nothing is reported afterwards. */
  close(): void
}
