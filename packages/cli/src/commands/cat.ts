import { fetchFeed } from '../fetch-feed.ts'
import type { NetworkOptions } from '../network/options.ts'
import { standardOutput } from '../standard-output.ts'
import type { CommandContext } from './command.ts'

export interface CatOptions {
  readonly network: NetworkOptions
  readonly timeout: number
  readonly start: number
  readonly limit?: number
}

/** `cat ID`: writes blocks to standard output. */
export async function cat(id: string, options: CatOptions, context: CommandContext): Promise<void> {
  const { start, limit = Infinity } = options
  const range = { start, end: start + limit }
  const fetched = await fetchFeed(id, { ...options, ...range }, async () => standardOutput, context)
  context.report.report({ event: 'done', id, ...fetched })
}
