import { fetchFeed } from '../fetch-feed.ts'
import type { NetworkOptions } from '../network/options.ts'
import { outputFile } from '../output-file.ts'
import { standardOutput } from '../standard-output.ts'
import type { CommandContext } from './command.ts'

export interface GetOptions {
  readonly network: NetworkOptions
  readonly timeout: number
  readonly output?: string
}

/** `get ID`: fetches a feed and writes it to a file, or to standard output. */
export async function get(id: string, options: GetOptions, context: CommandContext): Promise<void> {
  const file = options.output ?? `anyfeed-${id.slice(0, 12)}`
  const openSink = async () => (file === '-' ? standardOutput : outputFile(file))
  const range = { start: 0, end: Infinity }
  const fetched = await fetchFeed(id, { ...options, ...range }, openSink, context)
  context.report.report({ event: 'done', id, ...fetched, file })
}
