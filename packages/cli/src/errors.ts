/** What the process says at its end. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** `verify` found damaged blocks. */
  damaged: 3,
  /** As the shell counts them: 128 and the signal's number. */
  brokenPipe: 141,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143
} as const

/** Something that a person can act on: one line that says what is wrong and what to do. */
export class CliError extends Error {
  /** Stays the same from release to release. */
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, options: { readonly cause?: unknown; readonly exitCode?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'CliError'
    this.code = code
    this.exitCode = options.exitCode ?? EXIT.failure
  }
}

/** The `code` of an error of anyfeed, of the system or of a database; the empty string when it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : ''
}

/** The user interrupted the command. Commands that would go on for ever end well with it. */
export function isInterruption(error: unknown): boolean {
  return codeOf(error) === 'ERR_INTERRUPTED'
}
