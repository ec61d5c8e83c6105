import type { Reporter } from '../output/reporter.ts'

/** What every command is given beside its own options. */
export interface CommandContext {
  /** The directory of the store. */
  readonly store: string
  readonly report: Reporter
  /** Fires when the command should end; its reason is the error to end with. */
  readonly signal: AbortSignal
}
