import { openExistingStore, unknownFeed } from '../stored-feed.ts'
import type { CommandContext } from './command.ts'

/** `rm ID...`: deletes feeds from the store. Those that it has are deleted even if it lacks others. */
export async function rm(ids: readonly string[], { store: directory, report, signal }: CommandContext): Promise<void> {
  await using store = await openExistingStore(directory)
  const unknown: string[] = []
  let feeds = 0
  for (const id of new Set(ids)) {
    signal.throwIfAborted()
    if (await store.core.delete(id)) {
      feeds++
      report.report({ event: 'removed', id })
    } else {
      unknown.push(id)
    }
  }
  if (unknown.length > 0) throw unknownFeed(unknown.join(', '), directory)
  report.report({ event: 'done', feeds })
}
