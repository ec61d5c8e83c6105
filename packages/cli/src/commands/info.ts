import { openExistingStore, openStoredFeed } from '../stored-feed.ts'
import type { CommandContext } from './command.ts'

/** `info ID`: what the store knows of a feed. */
export async function info(id: string, { store: directory, report }: CommandContext): Promise<void> {
  await using store = await openExistingStore(directory)
  const feed = await openStoredFeed(store, id)
  const { blocks, held, byteLength: bytes, complete } = feed
  report.report({ event: 'feed', id: id.toLowerCase(), blocks, held, bytes, complete })
  report.report({ event: 'done', id: id.toLowerCase() })
  await feed.close()
}
