import { toFeedEvent } from '../feed-event.ts'
import { openStore, storeExists } from '../store.ts'
import type { CommandContext } from './command.ts'

/** `ls`: the stored feeds. */
export async function ls({ store: directory, report, signal }: CommandContext): Promise<void> {
  let feeds = 0
  if (storeExists(directory)) {
    await using store = await openStore(directory)
    for await (const record of store.core.list({ signal })) {
      report.report(await toFeedEvent(store.core, record))
      feeds++
    }
  }
  report.report({ event: 'done', feeds })
}
