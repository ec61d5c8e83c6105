import { CliError, codeOf, EXIT } from './errors.ts'
import { fileError } from './explain-error.ts'
import type { Sink } from './sink.ts'

/** An error of standard output: whoever read it may have stopped. */
export function stdoutError(error: unknown): CliError {
  if (codeOf(error) === 'EPIPE') {
    const options = { cause: error, exitCode: EXIT.brokenPipe }
    return new CliError('ERR_BROKEN_PIPE', 'standard output was closed by its reader', options)
  }
  return fileError('write', 'standard output', error)
}

/** Standard output, for the bytes of a feed. */
export const standardOutput: Sink = {
  write: (chunk) =>
    new Promise((resolve, reject) => {
      process.stdout.write(chunk, (error) => (error ? reject(stdoutError(error)) : resolve()))
    }),
  async finish() {},
  async abandon() {}
}
