import type { Feed } from '@anyfeed/core'
import { CliError } from './errors.ts'
import { openStore, type Store, storeExists } from './store.ts'

/** Opens a store that is there already: a command that only looks should not make one. */
export async function openExistingStore(directory: string): Promise<Store> {
  if (storeExists(directory)) return openStore(directory)
  throw new CliError('ERR_NO_FEEDS', `there is no store in ${directory}: choose another with --store DIR`)
}

/** A feed that the store has at least a block of. It is opened, and the caller closes it. */
export async function openStoredFeed({ core, directory }: Store, id: string): Promise<Feed> {
  const feed = core.get(id)
  await feed.open()
  if (feed.blocks > 0) return feed
  await feed.close()
  throw unknownFeed(id, directory)
}

export function unknownFeed(id: string, directory: string): CliError {
  const message = `the store ${directory} has no feed ${id}: \`anyfeed ls\` lists those that it has`
  return new CliError('ERR_FEED_UNKNOWN', message)
}
