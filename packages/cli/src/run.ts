import type { CommandContext } from './commands/command.ts'
import { CliError, EXIT } from './errors.ts'
import { explainError } from './explain-error.ts'
import { HumanText } from './output/human-text.ts'
import { JsonLines } from './output/json-lines.ts'
import type { Reporter } from './output/reporter.ts'
import { stdoutError } from './standard-output.ts'

export interface RunOptions {
  /** The command's name, such as `get`. */
  readonly command: string
  readonly store: string
  readonly json: boolean
  readonly quiet: boolean
  /** Whether standard output is for the feed's bytes: objects for machines go to standard error then. */
  readonly bytesOnStdout: boolean
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a command to its end, whatever that is. Resolves with the exit code. */
export async function run(
  options: RunOptions,
  command: (context: CommandContext) => Promise<number> | Promise<void>
): Promise<number> {
  const { store } = options
  const { stdout } = process
  const report = createReporter(options)
  const ending = new AbortController()
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    const exitCode = EXIT[signal]
    // Whoever asks twice wants it now.
    if (ending.signal.aborted) process.exit(exitCode)
    ending.abort(new CliError('ERR_INTERRUPTED', 'interrupted', { exitCode }))
  }
  const onStdoutError = (error: Error) => ending.abort(stdoutError(error))
  for (const signal of SIGNALS) process.on(signal, onSignal)
  stdout.on('error', onStdoutError)
  try {
    const code = await command({ store, report, signal: ending.signal })
    await flushed(stdout)
    return code ?? EXIT.ok
  } catch (error) {
    const explained = explainError(error, store)
    if (process.env.ANYFEED_DEBUG) process.stderr.write(`${(error as Error).stack}\n`)
    // Who has closed standard output knows that they did.
    if (explained.exitCode !== EXIT.brokenPipe) {
      report.report({ event: 'error', code: explained.code, message: explained.message })
    }
    return explained.exitCode
  } finally {
    report.close()
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

function createReporter({ command, json, quiet, bytesOnStdout }: RunOptions): Reporter {
  const { stdout, stderr } = process
  if (json) return new JsonLines(bytesOnStdout ? stderr : stdout, quiet)
  return new HumanText({ command, stdout, stderr, quiet, bytesOnStdout })
}

/** Rejects when what was written before could not be: to a pipe without a reader, or a full disk. */
function flushed(stdout: NodeJS.WriteStream): Promise<void> {
  if (stdout.errored) throw stdoutError(stdout.errored)
  return new Promise((resolve, reject) => {
    stdout.write('', (error) => (error ? reject(stdoutError(error)) : resolve()))
  })
}
