import { CliError } from '../errors.ts'
import type { NetworkOptions } from '../network/options.ts'
import { Server } from '../serve.ts'
import { openStore } from '../store.ts'
import type { CommandContext } from './command.ts'

/** `seed`: serves all stored feeds, of those that are not complete what is here. */
export async function seed(options: NetworkOptions, context: CommandContext): Promise<void> {
  const { report, signal } = context
  await using store = await openStore(context.store)
  const { core } = store
  await using server = await Server.open(store, options, report)
  let feeds = 0
  for await (const { id } of core.list({ signal })) {
    const feed = core.get(id)
    server.watch(feed)
    try {
      await feed.open()
      feeds++
    } catch (error) {
      // The others can still be served.
      const message = `${Buffer.from(id).toString('hex')} is not served: ${(error as Error).message}`
      report.report({ event: 'warning', code: 'ERR_STORAGE', message })
    }
  }
  if (feeds === 0) {
    throw new CliError('ERR_NO_FEEDS', `the store ${store.directory} has no feeds: \`anyfeed share FILE\` adds one`)
  }
  report.report({ event: 'seeding', feeds, addresses: server.addresses })
  await server.until(signal)
  report.report({ event: 'done', feeds, blocks: server.sentBlocks, bytes: server.sentBytes })
}
