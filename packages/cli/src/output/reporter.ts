import type { Event } from './events.ts'

/** Where a command tells what happens. */
export interface Reporter {
  report(event: Event): void
  /** Leaves the terminal as it should be. Nothing is reported afterwards. */
  close(): void
}

export interface ReporterOptions {
  /** Objects for machines instead of text. */
  readonly json: boolean
  /** Results and errors, but no progress. */
  readonly quiet: boolean
  /** Whether standard output is for the feed's bytes, so that nothing else may be written there. */
  readonly bytesOnStdout: boolean
}
